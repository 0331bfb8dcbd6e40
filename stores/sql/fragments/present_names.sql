-- Joins the id under which the document `former` lives now, `current`; empty for one that was not renamed.
    LEFT JOIN (SELECT document AS given_up, current FROM renames WHERE tenant = {tenant:String}) AS present ON former = given_up
