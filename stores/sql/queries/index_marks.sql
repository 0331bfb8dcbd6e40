-- One number per tenant that changes whenever a row of its documents does: how an idle indexer knows that it may rest.
SELECT tenant, sum(cityHash64(document, revision)) AS mark FROM documents GROUP BY tenant
