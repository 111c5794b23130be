import { useComputed, useSignal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { useDerived } from '../state/derived';
import { threshold as thresholdText } from '../words';
import { snap } from './curve';
import type { Curve } from './curve';
import type { Threshold } from './threshold';

const BARS = 200;
const HEIGHT = 132;
const TICKS = Array.from({ length: 11 }, (_, i) => i / 10);

export type Scale = 'sqrt' | 'log';

/** How high a bar is, as a share, so that a few are seen beside very many. */
const SCALES: Readonly<Record<Scale, (count: number) => number>> = {
  sqrt: Math.sqrt,
  log: (count) => Math.log1p(count),
};

interface Props {
  curve: Curve;
  threshold: Threshold;
  /** The threshold in force. */
  inForce: number;
  scale: Scale;
}

/**
 * The scores as a histogram, with the threshold on it to drag. The bars are one path, drawn below and above the threshold
 * in two colours: moving the threshold changes two clips and the place of a line, nothing else.
 */
export function Histogram({ curve, threshold, inForce, scale }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const element = box.current!;
    const measure = (): void => {
      width.value = element.clientWidth;
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div class="histogram" ref={box}>
      <svg class="histogram-bars" height={HEIGHT} width="100%" aria-hidden="true">
        <Bars curve={curve} threshold={threshold.shown} width={width} scale={scale} />
        <line class="histogram-in-force" x1={`${inForce * 100}%`} x2={`${inForce * 100}%`} y1="0" y2={HEIGHT} />
      </svg>
      <Handle curve={curve} threshold={threshold} box={box} />
      <div class="histogram-axis" aria-hidden="true">
        {TICKS.map((tick) => (
          <span key={tick} style={{ left: `${tick * 100}%` }}>
            {tick}
          </span>
        ))}
      </div>
    </div>
  );
}

function Bars({
  curve,
  threshold,
  width,
  scale,
}: {
  curve: Curve;
  threshold: ReadonlySignal<number>;
  width: Signal<number>;
  scale: Scale;
}) {
  const path = pathOf(curve.histogram(BARS), width.value, SCALES[scale]);
  const at = useComputed(() => threshold.value * width.value);
  const rest = useComputed(() => width.value - at.value);
  return (
    <>
      <clipPath id="below-threshold">
        <rect x="0" y="0" width={at} height={HEIGHT} />
      </clipPath>
      <clipPath id="above-threshold">
        <rect x={at} y="0" width={rest} height={HEIGHT} />
      </clipPath>
      <path class="bars-ng" d={path} clip-path="url(#below-threshold)" />
      <path class="bars-ok" d={path} clip-path="url(#above-threshold)" />
    </>
  );
}

function pathOf(counts: readonly number[], width: number, scale: (count: number) => number): string {
  const most = scale(Math.max(1, ...counts));
  const each = width / counts.length;
  const gap = each > 4 ? 1 : 0;
  return counts
    .map((count, bar) => {
      // Where there is anything there is a mark.
      const height = count === 0 ? 0 : Math.max(1.5, (scale(count) / most) * (HEIGHT - 8));
      return height === 0
        ? ''
        : `M${(bar * each).toFixed(2)} ${HEIGHT}v${(-height).toFixed(2)}h${(each - gap).toFixed(2)}V${HEIGHT}z`;
    })
    .join('');
}

/** How far a key moves the threshold. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -0.01,
  ArrowDown: -0.01,
  ArrowRight: 0.01,
  ArrowUp: 0.01,
  PageDown: -0.1,
  PageUp: 0.1,
  ',': -0.001,
  '.': 0.001,
  Home: -1,
  End: 1,
};

function Handle({
  curve,
  threshold,
  box,
}: {
  curve: Curve;
  threshold: Threshold;
  box: { current: HTMLElement | null };
}) {
  const { shown } = threshold;
  const left = useComputed(() => `left: calc(${shown.value} * (100% - 2 * var(--margin)) + var(--margin))`);
  const text = useDerived(() => {
    const { kept, dropped } = curve.at(shown.value);
    return `${thresholdText(shown.value)}: ${kept} kept, ${dropped} dropped`;
  }, [curve]);
  const value = useComputed(() => thresholdText(shown.value));
  const drag = (event: PointerEvent): void => {
    const { left: start, width } = box.current!.getBoundingClientRect();
    threshold.move(snap((event.clientX - start) / width));
  };
  return (
    <div
      class="histogram-ground"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.querySelector<HTMLElement>('[role=slider]')!.focus({ preventScroll: true });
        drag(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) drag(event);
      }}
      onPointerUp={() => threshold.settle()}
      onPointerCancel={() => threshold.settle()}
    >
      <div
        class="histogram-handle"
        role="slider"
        tabIndex={0}
        aria-label="Threshold"
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={shown}
        aria-valuetext={text}
        style={left}
        onKeyDown={(event) => {
          const step = STEPS[event.key];
          if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          threshold.move(snap(shown.value + (event.shiftKey && Math.abs(step) === 0.01 ? step * 10 : step)));
        }}
      >
        <span class="histogram-flag" aria-hidden="true">
          {value}
        </span>
      </div>
    </div>
  );
}
