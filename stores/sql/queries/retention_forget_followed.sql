-- Remove how far these collections had followed the changes.
ALTER TABLE followed
    DELETE WHERE tenant = {tenant:String} AND collection IN {collections:Array(String)}
