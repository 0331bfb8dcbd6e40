-- The words in `query` as examples are made of them: every run of white space, as str.split of Python takes it, is one blank.
    trimBoth(replaceRegexpAll(query, '[\\s\\x{0b}\\x{1c}-\\x{1f}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]+', ' '))
