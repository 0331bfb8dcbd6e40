-- Function `one_form`: what all spellings of an id have in common, by the rule of operations/spelling.py: unescaped, then folded.
    id -> normalizeUTF8NFKC(caseFoldUTF8(normalizeUTF8NFKC(toValidUTF8(decodeURLComponent(id))))) AS one_form
