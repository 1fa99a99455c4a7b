"""The look of the page: one style sheet, which refers to nothing outside.

Pictures take their colours from the variables at its beginning, one for each colour of `drawing`,
so that a dark screen and paper each have their own.
"""

from __future__ import annotations

from pellucid.report.svg import COLOURS

_LIGHT = {name: colour for colour, name in COLOURS.items()}
_DARK = {
    "blue": "#6CB8EE",
    "sky": "#9AD0F5",
    "green": "#4CC9A0",
    "orange": "#F0B645",
    "vermillion": "#FF9257",
    "purple": "#E6A5C8",
    "ink": "#E9ECF0",
    "soft": "#A9B1BC",
    "line": "#5C6570",
    "faint": "#2A3038",
    "paper": "#14171B",
    "pale-sky": "#173247",
    "pale-orange": "#3D2F10",
    "pale-green": "#12362B",
    "pale-grey": "#1E2329",
    "pale-purple": "#3A2431",
    "pale-vermillion": "#45261A",
}


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


def style_sheet() -> str:
    """Return the style sheet.

    Example:
        >>> "--blue:#0072B2" in style_sheet()
        True
    """
    dark = "@media screen and (prefers-color-scheme:dark){:root{"
    return f":root{{{_variables(_LIGHT)}}}{dark}{_variables(_DARK)}}}}}{_RULES}"


_RULES = """
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%;scroll-behavior:smooth;
scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.6 -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",
Ubuntu,Cantarell,"Liberation Sans",Arial,"PingFang SC","Hiragino Sans GB","Microsoft YaHei",
"Noto Sans CJK SC","Source Han Sans SC",sans-serif;overflow-wrap:anywhere}
:lang(zh) body,body:lang(zh){line-height:1.7}
a{color:var(--blue);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--blue);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999px}
.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.3rem .6rem;z-index:2}
.page{max-width:61rem;margin:0 auto;padding:2.6rem 1rem 4rem}
header{padding-bottom:1.2rem}
.above{margin:0 0 .4rem;color:var(--soft);font-size:.85rem;letter-spacing:.02em}
h1{font-size:1.05rem;line-height:1.4;font-weight:600;margin:0 0 1rem;color:var(--ink)}
.verdict{font-size:clamp(1.25rem,1.05rem + 1vw,1.75rem);line-height:1.4;font-weight:600;
letter-spacing:-.008em;margin:0 0 1rem;max-width:50rem;text-wrap:pretty}
:lang(zh) .verdict{letter-spacing:0;line-height:1.5}
.verdict.long{font-size:clamp(1.1rem,1rem + .6vw,1.4rem);line-height:1.48}
.verdict .of{display:block;font-size:.85rem;font-weight:500;color:var(--soft);letter-spacing:0}
dl{margin:0}
dd,dt{margin:0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:1.1rem 1.6rem;
margin:1.9rem 0 0;border-top:1px solid var(--faint);padding-top:1.2rem}
.tiles dt{color:var(--soft);font-size:.82rem}
.tiles b{display:block;font-size:1.5rem;line-height:1.25;font-weight:600;
font-variant-numeric:tabular-nums}
small{color:var(--soft);font-size:.8rem;font-weight:400}
nav{border-block:1px solid var(--faint);padding:.7rem 0;margin-bottom:.5rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;margin:0;padding:0;
font-size:.86rem}
nav a{color:var(--soft);text-decoration:none;display:inline-block;padding:.12rem 0}
nav a:hover{color:var(--blue);text-decoration:underline}
section{padding-top:2.7rem}
h2{font-size:1.4rem;line-height:1.3;font-weight:650;letter-spacing:-.008em;margin:0 0 .5rem}
h3{font-size:1rem;font-weight:600;margin:1.8rem 0 .6rem}
p{margin:.5rem 0 .9rem;max-width:44rem}
section>p:first-of-type{color:var(--soft)}
ul.notes{margin:.6rem 0 1rem;padding-left:1.15rem;max-width:44rem;font-size:.93rem}
ul.notes li{margin:.25rem 0}
.calm{border-left:3px solid var(--green);padding-left:.9rem}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));
gap:1.6rem 2.4rem;align-items:start}
figure{margin:1.2rem 0 .6rem;min-width:0}
figure.wide{max-width:36.5rem}
.grid figure{margin:1rem 0 0}
figcaption .title{display:block;font-weight:600;font-size:.95rem;line-height:1.4}
.keys{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem .95rem;margin:.2rem 0 .1rem;padding:0;
font-size:.82rem;color:var(--soft)}
.keys li{display:flex;align-items:center;gap:.42rem;min-width:0}
.key{flex:none;width:15px;height:0;border-top:3px solid var(--c)}
.key.dashed{border-top:2px dashed var(--c)}
.key.dotted{border-top:2px dotted var(--c)}
.key.dot{width:9px;height:9px;border:0;border-radius:50%;background:var(--c)}
.key.box{width:11px;height:11px;border:0;border-radius:2px;background:var(--c);opacity:.6}
svg.picture{display:block;width:100%;height:auto;margin-top:.3rem}
svg.picture *{stroke-linejoin:round}
svg.picture text{font-family:inherit;font-variant-numeric:tabular-nums}
.note{font-size:.82rem;line-height:1.5;color:var(--soft);margin:.35rem 0 0}
figure.network.wide{max-width:none}
.network.narrow{display:none}
.scroll{overflow-x:auto;margin:.7rem 0 1rem;-webkit-overflow-scrolling:touch;
background:linear-gradient(to left,var(--paper) 50%,transparent) right/3.2rem 100% no-repeat local,
linear-gradient(to left,var(--line),transparent) right/1.1rem 100% no-repeat scroll}
.whole{white-space:nowrap}
table{border-collapse:collapse;width:100%;font-size:.88rem;line-height:1.45;
font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.5rem .9rem .5rem 0;
border-bottom:1px solid var(--faint);font-weight:400;min-width:4.2rem;max-width:22rem;
overflow-wrap:break-word}
tbody th{font-weight:600}
tr>:first-child{position:sticky;left:0;background:var(--paper)}
thead th{color:var(--soft);font-size:.8rem;white-space:nowrap;
border-bottom:1px solid var(--line)}
th.n,td.n{text-align:right;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
table.slim{max-width:36.5rem}
td small,th small,dd small{display:block;line-height:1.4}
td small,th small{font-size:.91em}
tbody tr:hover>*{background:var(--pale-grey)}
.badge{display:block;white-space:nowrap;width:max-content;margin:.25rem 0 0 auto;
padding:.02rem .5rem;border-radius:1rem;font-size:.76rem;background:var(--pale-grey)}
.badge.better{background:var(--pale-green)}
.badge.worse{background:var(--pale-vermillion)}
.chips{display:flex;flex-wrap:wrap;gap:.05rem .8rem;font-size:.8rem;color:var(--soft);
min-width:12rem}
.chips b{color:var(--ink);font-weight:500}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,14rem),1fr));
gap:.55rem 2rem;margin:.9rem 0 1.1rem;font-size:.92rem}
.facts dt{color:var(--soft);font-size:.82rem}
details{margin:.7rem 0}
summary{cursor:pointer;color:var(--blue);font-size:.92rem;padding:.2rem 0;width:fit-content;
max-width:100%}
details[open]>summary{margin-bottom:.5rem}
.cards{display:grid;gap:1rem}
.cards.rows{grid-template-columns:repeat(auto-fill,minmax(min(100%,18.5rem),1fr));margin-top:1rem}
.card{border:1px solid var(--faint);border-radius:.6rem;padding:1rem 1.15rem;min-width:0}
.card>:first-child{margin-top:0}
.card>:last-child{margin-bottom:0}
.card p{margin:.35rem 0 .5rem;max-width:none}
.card.problem{border-left:4px solid var(--vermillion)}
.card.hint{border-left:4px solid var(--sky)}
.level{font-size:.76rem;font-weight:500;padding:.1rem .55rem;border-radius:1rem;
background:var(--pale-sky);margin-right:.35rem;vertical-align:.08em}
.problem .level{background:var(--pale-vermillion)}
.said{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem}
.said dt,.values dt{color:var(--soft);font-size:.78rem}
.said dd{font-weight:600}
.values{margin-top:.6rem;border-top:1px solid var(--faint);padding-top:.5rem;font-size:.85rem;
display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.25rem .9rem}
.parts{margin:.9rem 0 1.1rem;max-width:36.5rem}
.bar{display:flex;gap:2px;height:12px;border-radius:6px;overflow:hidden}
.bar span{min-width:3px;flex-basis:0}
.train{background:var(--blue)}
.validation{background:var(--vermillion)}
.test{background:var(--green)}
.parts ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;margin:.5rem 0 0;padding:0;
font-size:.9rem}
.swatch{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:.45rem}
pre{background:var(--pale-grey);padding:.85rem 1rem;border-radius:.5rem;white-space:pre-wrap;
font-size:.88rem;margin:.6rem 0 1rem}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.warning{border-left:4px solid var(--orange);background:var(--pale-orange);padding:.7rem 1rem;
border-radius:.3rem}
footer{margin-top:3.4rem;padding-top:1rem;border-top:1px solid var(--faint);color:var(--soft);
font-size:.82rem}
footer p{max-width:none}
@media (max-width:40rem){
body{font-size:15px}
.page{padding-top:1.6rem}
section{padding-top:2.1rem}
.tiles{grid-template-columns:1fr 1fr;gap:1rem 1.1rem}
.tiles b{font-size:1.3rem}
.facts{grid-template-columns:1fr 1fr;gap:.5rem 1rem}
tr>:first-child{max-width:8.5rem}
.reason{min-width:15rem}
.network.wide{display:none}
.network.narrow{display:block}
}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@page{margin:16mm 15mm}
@media print{
body{font-size:10pt;line-height:1.45}
.page{max-width:none;padding:0}
nav,.skip{display:none}
section{padding-top:1.5rem}
h2,h3,figcaption,section>p:first-of-type{break-after:avoid}
summary{color:inherit;font-weight:600;list-style:none}
@supports selector(::details-content){details::details-content{content-visibility:visible;
display:block;height:auto}}
@supports not selector(::details-content){details:not([open]){display:none}}
tr>:first-child{position:static;background:none}
.facts{grid-template-columns:repeat(4,1fr)}
figure,tr,.card,pre,.tiles,.parts{break-inside:avoid}
.scroll{overflow:visible;background:none}
table{font-size:8.5pt}
th,td{padding-right:.55rem;min-width:0}
th.n,td.n,thead th{white-space:normal}
.grid{grid-template-columns:1fr 1fr;gap:1rem 1.4rem}
.cards.rows{grid-template-columns:1fr 1fr}
.bar,.swatch,.key,.badge,.level,svg.picture,pre,.warning{-webkit-print-color-adjust:exact;
print-color-adjust:exact}
figure.wide{max-width:28rem}
a{color:inherit;text-decoration:none}
}
"""
