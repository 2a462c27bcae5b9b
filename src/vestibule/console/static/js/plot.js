// How a chart looks: colours of the style sheet, axes, bars and lines over time, and what stands where there is nothing.

/** What a colour of the style sheet is in the theme shown now. */
function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

export function frame(unit) {
  const text = { color: colour("muted"), fontFamily: "inherit", fontSize: 12 };
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 12, top: 36, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 10, itemHeight: 10, icon: "roundRect", textStyle: text },
    tooltip: {
      trigger: "axis",
      renderMode: "richText", // the other mode writes HTML with inline styles, which our policy forbids
      backgroundColor: colour("surface"),
      borderColor: colour("line"),
      textStyle: { color: colour("text"), fontSize: 12 },
      valueFormatter: (value) => (value == null ? "–" : `${Math.round(value * 10) / 10}${unit}`),
    },
    xAxis: {
      type: "time",
      axisLine: { lineStyle: { color: colour("line") } },
      axisTick: { show: false },
      axisLabel: { ...text, hideOverlap: true, formatter: { hour: "{HH}:{mm}", minute: "{HH}:{mm}" } },
    },
    yAxis: { type: "value", minInterval: unit ? 0 : 1, splitNumber: 4, axisLabel: text, splitLine: { lineStyle: { color: colour("line") } } },
  };
}

/** What stands in place of a chart that has nothing to show. */
export function nothing(series) {
  const shown = series.every((bucket) => bucket.home + bucket.cloud + bucket.unanswered === 0);
  return { show: shown, text: "Nothing asked in this time", left: "center", top: "middle", textStyle: { color: colour("muted"), fontSize: 14, fontWeight: 400 } };
}

function bars(name, tone, points) {
  return { name, type: "bar", stack: "all", color: colour(tone), barMaxWidth: 18, barMinWidth: 3, data: points };
}

export function line(name, tone, points) {
  return { name, type: "line", color: colour(tone), showSymbol: true, symbolSize: 6, connectNulls: true, lineStyle: { width: 2 }, data: points };
}

/** The buckets the server sent with the page, or last. */
export function sent() {
  return JSON.parse(document.querySelector("#series [data-series]").dataset.series);
}

/** The series of a chart of requests by what became of them. */
export function places(series) {
  const points = (pick) => series.map((bucket) => [bucket.start, pick(bucket)]);
  return [
    bars("at home", "accent", points((b) => b.home)),
    bars("in the cloud", "violet", points((b) => b.cloud)),
    bars("not answered", "bad", points((b) => b.unanswered)),
  ];
}

/** Draw now, again in another theme, and keep `charts` as wide as the page. */
export function keep(charts, draw) {
  draw();
  document.addEventListener("theme-changed", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(() => charts.forEach((chart) => chart.resize())).observe(document.getElementById("main"));
}
