import { useId } from 'preact/hooks';

import { linear } from './scale';
import '../styles/chart.css';

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  /** Which of the colours; the second line is dashed as well. */
  readonly tone: 1 | 2;
  /** Points without a line between, such as few measurements. */
  readonly dots?: boolean;
}

/** A place that is pointed out: a point, or a whole x. */
export interface Mark {
  readonly x: number;
  readonly y?: number;
  readonly text: string;
}

interface Props {
  title: string;
  x: string;
  y: string;
  series: readonly Series[];
  marks?: readonly Mark[];
  /** The least and the greatest value of an axis; left out: those of the points. */
  xDomain?: readonly [number, number];
  yDomain?: readonly [number, number];
  /** What would be no better than chance, or no worse than perfect. */
  diagonal?: string;
}

const [WIDTH, HEIGHT] = [400, 250];
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 388, 12, 208];
/** Rows of the table that stands for the drawing. */
const MOST_ROWS = 100;

/** Lines over two axes, and the same as a table for those who do not see them. */
export function LineChart({ title, x, y, series, marks = [], xDomain, yDomain, diagonal }: Props) {
  const heading = useId();
  const points = series.flatMap((one) => one.points);
  const xs = linear(xDomain ?? extent(points, 0), [LEFT, RIGHT], 5);
  const ys = linear(yDomain ?? extent(points, 1), [BOTTOM, TOP], 5);
  return (
    <figure class="chart" aria-labelledby={heading}>
      <figcaption id={heading}>{title}</figcaption>
      <Legend series={series} diagonal={diagonal} />
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary(title, series, marks)}>
        <g class="chart-grid">
          {ys.ticks.map((tick) => (
            <g key={tick}>
              <line x1={LEFT} x2={RIGHT} y1={ys(tick)} y2={ys(tick)} />
              <text x={LEFT - 6} y={ys(tick)} dy="0.32em" text-anchor="end">
                {tick}
              </text>
            </g>
          ))}
          {xs.ticks.map((tick) => (
            <text key={tick} x={xs(tick)} y={BOTTOM + 16} text-anchor="middle">
              {tick}
            </text>
          ))}
        </g>
        <line class="chart-axis" x1={LEFT} x2={RIGHT} y1={BOTTOM} y2={BOTTOM} />
        <text class="chart-label" x={(LEFT + RIGHT) / 2} y={HEIGHT - 8} text-anchor="middle">
          {x}
        </text>
        <text class="chart-label" transform={`translate(11 ${(TOP + BOTTOM) / 2}) rotate(-90)`} text-anchor="middle">
          {y}
        </text>
        {diagonal && <line class="chart-diagonal" x1={xs(0)} y1={ys(0)} x2={xs(1)} y2={ys(1)} />}
        {series.map(({ name, points: own, tone, dots }) => (
          <g key={name} class={`chart-series chart-tone-${tone}`}>
            <polyline points={own.map(([px, py]) => `${xs(px).toFixed(1)},${ys(py).toFixed(1)}`).join(' ')} />
            {dots && own.map(([px, py]) => <circle key={px} cx={xs(px)} cy={ys(py)} r="3" />)}
          </g>
        ))}
        {marks.map((mark) => (
          <MarkLine key={mark.text} mark={mark} left={xs(mark.x)} top={mark.y === undefined ? null : ys(mark.y)} />
        ))}
      </svg>
      <details class="more">
        <summary>As a table</summary>
        <ChartTable x={x} series={series} />
      </details>
    </figure>
  );
}

function Legend({ series, diagonal }: Pick<Props, 'series' | 'diagonal'>) {
  if (series.length < 2 && !diagonal) return null;
  return (
    <ul class="chart-legend" aria-hidden="true">
      {series.map(({ name, tone }) => (
        <li key={name} class={`chart-tone-${tone}`}>
          {name}
        </li>
      ))}
      {diagonal && <li class="chart-tone-3">{diagonal}</li>}
    </ul>
  );
}

function MarkLine({ mark, left, top }: { mark: Mark; left: number; top: number | null }) {
  const nearRight = left > (LEFT + RIGHT) / 2;
  const shift = nearRight ? -7 : 7;
  const anchor = nearRight ? 'end' : 'start';
  if (top === null) {
    return (
      <g class="chart-mark">
        <line x1={left} x2={left} y1={TOP} y2={BOTTOM} />
        <text x={left + shift} y={TOP + 10} text-anchor={anchor}>
          {mark.text}
        </text>
      </g>
    );
  }
  // Inside of the axes, wherever the point is.
  const below = top < TOP + 30;
  return (
    <g class="chart-mark">
      <circle cx={left} cy={top} r="4.5" />
      <text x={left + shift} y={top + (below ? 18 : -9)} text-anchor={anchor}>
        {mark.text}
      </text>
    </g>
  );
}

function ChartTable({ x, series }: Pick<Props, 'x' | 'series'>) {
  const rows = [...new Set(series.flatMap(({ points }) => points.map(([px]) => px)))].sort((a, b) => a - b);
  const step = Math.ceil(rows.length / MOST_ROWS);
  const valueAt = new Map(series.map(({ name, points }) => [name, new Map(points)]));
  return (
    <div class="table-wide chart-table" tabIndex={0} role="region" aria-label="Values of the chart">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{x}</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows
            .filter((_, at) => at % step === 0 || at === rows.length - 1)
            .map((px) => (
              <tr key={px}>
                <th scope="row">{short(px)}</th>
                {series.map(({ name }) => (
                  <td key={name}>{short(valueAt.get(name)?.get(px))}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

function short(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toFixed(4)));
}

function extent(points: readonly Point[], axis: 0 | 1): readonly [number, number] {
  const values = points.map((point) => point[axis]);
  return values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
}

function summary(title: string, series: readonly Series[], marks: readonly Mark[]): string {
  const parts = series.flatMap(({ name, points }) => {
    const [first, last] = [points.at(0), points.at(-1)];
    return first && last ? [`${name} from ${short(first[1])} to ${short(last[1])}`] : [];
  });
  return [`${title}: ${parts.join(', ')}`, ...marks.map(({ text }) => text)].join('; ');
}
