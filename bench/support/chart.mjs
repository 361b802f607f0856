/** Bar charts as SVG: one group a program, one bar a way of running it. */

const BAR = 13;
const GAP = 10;
const LABELS = 250;
const WIDTH = 860;
const LEGEND = 34;
const COLOURS = ['#8a8f98', '#d1884f', '#c9b458', '#4f8fd1', '#3b6ea5', '#2f9e6e'];

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/**
 * @param rows - by program: figures by name of the series, from 0
 * @param series - names in the order of their bars
 * @param unit - what a figure is, for the caption
 * @returns an SVG document; a row's missing figures are left out
 */
export function barChart(rows, series, unit) {
  const names = Object.keys(rows);
  const most = Math.max(1, ...names.flatMap((name) => series.map((one) => rows[name][one] ?? 0)));
  const groups = names.map((name) => ({ name, bars: series.filter((one) => rows[name][one] !== undefined) }));
  const height = groups.reduce((sum, { bars }) => sum + bars.length * BAR + GAP, LEGEND + GAP);
  const scale = (WIDTH - LABELS - 60) / most;
  const parts = series.map((one, i) => {
    const x = 8 + i * 120;
    return `<rect x="${x}" y="10" width="12" height="12" fill="${COLOURS[i]}"/><text x="${x + 17}" y="20">${escaped(one)}</text>`;
  });
  parts.push(`<text x="${WIDTH - 8}" y="20" text-anchor="end">${escaped(unit)}</text>`);
  let y = LEGEND;
  for (const { name, bars } of groups) {
    const middle = y + (bars.length * BAR) / 2 + 4;
    parts.push(`<text x="${LABELS - 8}" y="${middle}" text-anchor="end">${escaped(name)}</text>`);
    for (const one of bars) {
      const figure = rows[name][one];
      const length = Math.max(1, Math.round(figure * scale));
      parts.push(
        `<rect x="${LABELS}" y="${y}" width="${length}" height="${BAR - 2}" fill="${COLOURS[series.indexOf(one)]}"/>`,
        `<text x="${LABELS + length + 5}" y="${y + BAR - 4}">${figure}</text>`,
      );
      y += BAR;
    }
    y += GAP;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="11" fill="#333">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
