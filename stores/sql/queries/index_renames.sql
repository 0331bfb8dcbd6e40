-- Former ids of a tenant's documents, and the ids under which those live now.
SELECT document AS former, current FROM renames WHERE tenant = {tenant:String}
