#pragma once

namespace adrep {

/// The report's style sheet: light and dark by the reader's preference, readable on a phone, no outside fonts.
inline constexpr const char* report_style = R"(
:root { --back:#fcfcfd; --text:#1c2430; --quiet:#5b6675; --line:#d9dee6; --mean:#eef2f7; --raw:#3566b8; --derived:#c2571a; --good:#3566b8; --bad:#b3261e; }
@media (prefers-color-scheme: dark) { :root { --back:#14181f; --text:#e6eaf0; --quiet:#9aa6b5; --line:#323a46; --mean:#1f2630; --raw:#7fb0ff; --derived:#ffa45c; --good:#7fb0ff; --bad:#ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 16px 60px; max-width: 1180px; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 20px; margin: 40px 0 8px; } h3 { font-size: 16px; margin: 24px 0 6px; }
p, li { color: var(--quiet); margin: 4px 0; max-width: 75ch; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 12px; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 600; } td.n, th.n { text-align: right; }
tr.first td { border-top: 2px solid var(--line); } tr.mean td { background: var(--mean); }
.maps td { padding: 3px; border: 0; vertical-align: top; white-space: normal; } .maps th { font-weight: 400; font-size: 13px; padding: 3px; border: 0; vertical-align: bottom; }
.maps img { display: block; width: 128px; height: 128px; border-radius: 3px; } .maps .name { min-width: 110px; font-size: 12px; color: var(--quiet); overflow-wrap: anywhere; }
.scale { display: flex; align-items: center; gap: 8px; color: var(--quiet); font-size: 13px; margin: 6px 0; } .scale img { border-radius: 3px; }
.plots { display: flex; flex-wrap: wrap; gap: 24px; } svg { max-width: 100%; height: auto; }
svg .grid { stroke: var(--line); } svg .join { stroke: var(--quiet); stroke-width: 2; opacity: .5; } svg text { fill: var(--text); font-size: 12px; } svg .tick { text-anchor: middle; fill: var(--quiet); } svg .label { text-anchor: end; }
svg .raw { fill: var(--raw); } svg .derived { fill: var(--derived); } svg .spread { stroke-width: 1.5; fill: none; } svg .spread.raw { stroke: var(--raw); } svg .spread.derived { stroke: var(--derived); } svg line.good { stroke: var(--good); opacity: .7; } svg line.bad { stroke: var(--bad); opacity: .7; }
.key span { display: inline-block; width: 11px; height: 11px; border-radius: 50%; margin: 0 4px 0 12px; }
details { margin: 6px 0; } summary { cursor: pointer; } pre { overflow-x: auto; background: var(--mean); padding: 10px; border-radius: 4px; font-size: 12px; }
)";

}  // namespace adrep
