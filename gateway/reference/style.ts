/** Of the page; its hash stands in the page's Content-Security-Policy. */
export const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:64rem;padding:1rem}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem}
h2{margin:1.6rem 0 .3rem}
h3{font-size:1rem;margin:.8rem 0 .2rem}
details{border-top:1px solid #8884;padding:.35rem 0}
details>div{padding:0 0 .6rem 1rem;scroll-margin-top:3rem}
summary{cursor:pointer;overflow-wrap:anywhere}
summary b{display:inline-block;min-width:4.2rem}
summary span{opacity:.75}
p{margin:.3rem 0}
small{opacity:.75}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#8882;border-radius:.3rem;padding:.5rem;margin:.4rem 0}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}
table{border-collapse:collapse;width:100%}
td{border-top:1px solid #8883;padding:.2rem .8rem .2rem 0;vertical-align:top;overflow-wrap:anywhere}
td:first-child{white-space:nowrap}
td table{margin:0}
tr:target{background:#fc03}`
