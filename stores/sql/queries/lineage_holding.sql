-- Which of these training signals hold now.
SELECT pair FROM live_pairs WHERE tenant = {tenant:String} AND pair IN {pairs:Array(String)}
