"""Small correct files of every format that holds translations."""

TMX = """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4"><header srclang="en"/><body>
<tu><tuv xml:lang="en-GB"><seg>one &amp; only</seg></tuv>
<tuv xml:lang="DE"><seg>der <bpt i="1">&lt;b&gt;</bpt>eine<ept i="1"/></seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>no partner</seg></tuv><tuv xml:lang="xx-klingon"><seg>?</seg></tuv></tu>
<tu><tuv lang="deu"><seg>zwei
Zeilen</seg></tuv><tuv lang="en"><seg>two</seg></tuv></tu>
</body></tmx>
"""
PO = r"""
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"

#: a.c:1
msgid "File"
msgstr "Datei"

msgctxt "menu"
msgid ""
"two "
"lines\n"
msgstr "zwei \"Zeilen\"\n"
#, fuzzy
msgid "fuzzy"
msgstr "unscharf"

msgid "one file"
msgid_plural "%d files"
msgstr[0] "eine Datei"
msgstr[1] "%d Dateien"

msgid "untranslated"
msgstr ""

#~ msgid "old"
#~ msgstr "alt"
"""
SRC = """<srcset setid="x">
<doc docid="a">
<seg id="1">one & &quot;two&quot;</seg>
<seg id=2> three
four </seg></doc></srcset>"""
REF = """<refset><DOC docid="a" sysid="ref"><seg id="1">eins</seg><seg id="2">drei vier</seg>
</DOC></refset>
"""
