// The two charts of the Overview, drawn from the series the server sends and redrawn when it changes.

import { frame, keep, line, nothing, places, sent } from "./plot.js";

const charts = ["requests-chart", "latency-chart"].map((id) => echarts.init(document.getElementById(id)));
const [requests, latency] = charts;

function draw() {
  const series = sent();
  const points = (pick) => series.map((bucket) => [bucket.start, pick(bucket)]);
  requests.setOption({ ...frame(""), title: nothing(series), series: places(series) });
  latency.setOption({
    ...frame(" ms"),
    title: nothing(series),
    series: [line("p50", "accent", points((b) => b.p50_ms)), line("p95", "warn", points((b) => b.p95_ms))],
  });
}

keep(charts, draw);
document.addEventListener("htmx:afterSwap", (event) => event.target.id === "series" && draw());
