SELECT d.document AS document, d.version AS version, d.gone AS gone, d.revision AS document_revision,
       a.document != '' AS recorded, (recorded AND NOT a.deleted) AS known,
       a.passages AS applied_passages, a.revision AS applied_revision, (d.gone OR a.content_hash = d.content_hash) AS light,
       if(d.gone, known OR (d.deleted AND NOT recorded), NOT known OR a.document_revision != d.revision OR a.clicked_digest != c.digest) AS pending
