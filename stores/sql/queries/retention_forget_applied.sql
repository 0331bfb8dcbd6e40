-- Remove what is recorded of these collections.
ALTER TABLE applied
    DELETE WHERE tenant = {tenant:String} AND collection IN {collections:Array(String)}
