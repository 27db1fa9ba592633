#pragma once

namespace adrep {

/// The style sheet of all pages: light and dark by the reader's preference, readable on a phone, no outside fonts.
inline constexpr const char* page_style = R"(
:root { --back:#fcfcfd; --text:#1c2430; --quiet:#5b6675; --line:#d9dee6; --mean:#eef2f7; --raw:#3566b8; --derived:#c2571a; --good:#3566b8; --bad:#b3261e; }
@media (prefers-color-scheme: dark) { :root { --back:#14181f; --text:#e6eaf0; --quiet:#9aa6b5; --line:#323a46; --mean:#1f2630; --raw:#7fb0ff; --derived:#ffa45c; --good:#7fb0ff; --bad:#ff8a80; } }

/* text */
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 16px 60px; max-width: 1180px; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 20px; margin: 40px 0 8px; } h3 { font-size: 16px; margin: 24px 0 6px; }
p, li { color: var(--quiet); margin: 4px 0; max-width: 75ch; } .lead { color: var(--text); max-width: 85ch; } ul.beware li { max-width: 85ch; margin: 6px 0; }
details { margin: 6px 0; } summary { cursor: pointer; } pre { overflow-x: auto; background: var(--mean); padding: 10px; border-radius: 4px; font-size: 12px; }

/* tables */
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 12px; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 600; } td.n, th.n { text-align: right; } th.over { text-align: center; } td sub { color: var(--quiet); } td sub.down { color: var(--bad); }
td.none { color: var(--quiet); opacity: .7; } td.words { white-space: normal; min-width: 200px; max-width: 420px; color: var(--quiet); }
tr.first td { border-top: 2px solid var(--line); } tr.mean td { background: var(--mean); }
.matrix td:first-child { color: var(--quiet); white-space: normal; min-width: 110px; padding-left: 0; } .matrix tr.sum td { border-top: 2px solid var(--line); font-weight: 600; }
.maps td { padding: 3px; border: 0; vertical-align: top; white-space: normal; } .maps th { font-weight: 400; font-size: 13px; padding: 3px; border: 0; vertical-align: bottom; }
.maps img { display: block; width: 128px; height: 128px; border-radius: 3px; } .maps .name { min-width: 110px; font-size: 12px; color: var(--quiet); overflow-wrap: anywhere; }

/* figures and keys of colours */
.plots { display: flex; flex-wrap: wrap; gap: 24px; } figure { margin: 8px 0; } .plots figure { max-width: 400px; } figcaption { color: var(--quiet); font-size: 13px; }
.key span { display: inline-block; width: 11px; height: 11px; border-radius: 50%; margin: 0 4px 0 12px; }
.scale { display: flex; align-items: center; gap: 8px; color: var(--quiet); font-size: 13px; margin: 6px 0; } .scale img { border-radius: 3px; }

/* drawings: texts, then axes, then what is drawn */
svg { max-width: 100%; height: auto; } td svg.plot { display: block; }
svg text { fill: var(--text); font-size: 12px; } svg .label { text-anchor: end; } svg .halo { paint-order: stroke; stroke: var(--back); stroke-width: 4px; } svg .strong { font-weight: 600; }
svg .tick { text-anchor: middle; fill: var(--quiet); } svg .left { text-anchor: start; fill: var(--quiet); } svg .right { text-anchor: end; fill: var(--quiet); }
svg .grid, svg .base { stroke: var(--line); } svg .axis { stroke: var(--text); fill: none; } svg .mark { stroke: var(--text); stroke-dasharray: 3 3; opacity: .6; }
svg .join { stroke: var(--quiet); stroke-width: 2; opacity: .5; } svg .raw { fill: var(--raw); } svg .derived { fill: var(--derived); }
svg .spread { stroke-width: 1.5; fill: none; } svg .spread.raw { stroke: var(--raw); } svg .spread.derived { stroke: var(--derived); }
svg line.good { stroke: var(--good); opacity: .7; } svg line.bad { stroke: var(--bad); opacity: .7; }
svg .alike { stroke: var(--derived); stroke-width: 4; stroke-linecap: round; } svg .front { stroke: var(--derived); stroke-width: 1.5; fill: none; }
svg .chosen { fill: var(--derived); } svg .other { fill: var(--back); stroke: var(--raw); stroke-width: 1.5; }
svg .exact { fill: none; stroke: var(--quiet); stroke-width: 1.6; } svg circle.in { fill: var(--derived); } svg circle.out { fill: none; stroke: var(--derived); opacity: .55; }
svg .normal { fill: var(--good); opacity: .55; } svg .defect { fill: var(--bad); opacity: .55; } svg .rug { stroke: var(--derived); opacity: .8; }
svg rect.up { fill: var(--good); } svg rect.down { fill: var(--bad); }
svg .curve { fill: none; stroke-width: 2; stroke: var(--good); stroke-linejoin: round; stroke-linecap: round; } svg .curve.bad { stroke: var(--bad); } svg .curve.second { stroke: var(--derived); }
svg .band { fill: var(--good); opacity: .18; } svg .band.bad { fill: var(--bad); }
)";

}  // namespace adrep
