import type { RunState, Stage } from '../api/documents';
import { count } from '../words';

/** What a stage is called and what it does. */
export const STAGE_WORDS: Readonly<Record<Stage, { title: string; does: string }>> = {
  INGEST: {
    title: 'Ingest',
    does: 'Finds the pictures in folders, reads and checks each, and puts them into a collection.',
  },
  RESIZE: {
    title: 'Resize',
    does: 'Letterboxes every picture to the square that the network sees. What has one is skipped.',
  },
  EMBED: {
    title: 'Features',
    does: 'Computes what the network sees in every picture, once. Training takes seconds from then on.',
  },
  TRAIN: { title: 'Train', does: 'Trains a new model on the labels. It needs some of both kinds.' },
  CLASSIFY: { title: 'Classify', does: 'Scores the pictures of the collection with a model.' },
  EXPORT: {
    title: 'Export',
    does: 'Puts the files into ok/ and ng/ by verdict, with a manifest. Again into the same folder, it touches only what changed.',
  },
};

export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  QUEUED: 'waits',
  RUNNING: 'running',
  SUCCEEDED: 'done',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};

/** 45 s, 3 min, 1 h 20 min: about how long. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 262/s, 4.1/s */
export function rateText(perSecond: number): string {
  return `${perSecond >= 10 ? count(Math.round(perSecond)) : perSecond.toFixed(1)}/s`;
}

/** imagesPerSecond as "images per second": the names of options and figures in words. */
export function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
