import type { CDPSession } from 'playwright-core';

/** An event of Chromium's trace; times in microseconds. */
interface TraceEvent {
  name: string;
  ph: string;
  ts: number;
  dur?: number;
  tid: number;
  pid: number;
  args?: { name?: string };
}

/** Begins each frame of the main thread. */
const FRAME = 'AnimationFrame';
const INPUT = 'EventDispatch';
/** What runs the page's script. Those within each other count once. */
const SCRIPT = new Set([INPUT, 'FireAnimationFrame', 'FunctionCall', 'TimerFire', 'RunMicrotasks', 'EvaluateScript']);

/** Milliseconds of script in each frame with input, while `act` goes on. */
export async function scriptPerFrame(session: CDPSession, act: () => Promise<void>): Promise<number[]> {
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const categories = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8.execute'];
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['-*', ...categories, '__metadata'] },
  });
  await act();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  return framesOf(events);
}

function framesOf(events: TraceEvent[]): number[] {
  const threads = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const isMain = ({ pid, tid }: TraceEvent) => threads.some((thread) => thread.pid === pid && thread.tid === tid);
  const main = events.filter(isMain).sort((a, b) => a.ts - b.ts);
  const begins = main.filter(({ name, ph }) => name === FRAME && ph === 'b').map(({ ts }) => ts);
  const frames = Array.from({ length: begins.length + 1 }, () => ({ script: 0, input: false }));
  let [frame, until] = [0, 0];
  for (const { name, ph, ts, dur = 0 } of main) {
    if (ph !== 'X' || !SCRIPT.has(name) || ts < until) continue;
    while (frame < begins.length && begins[frame] <= ts) frame += 1;
    frames[frame].script += dur / 1000;
    frames[frame].input ||= name === INPUT;
    until = ts + dur;
  }
  return frames.filter(({ input }) => input).map(({ script }) => script);
}
