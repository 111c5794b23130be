/** One event of a process: a short sentence, and what belongs to it. */
export type Log = (message: string, details?: Readonly<Record<string, unknown>>) => void;

/** A JSON object a line on standard error: time, message, details. Standard output is left to a command's own result. */
export const logToStderr: Log = (message, details = {}) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), message, ...details }, plainErrors)}\n`);
};

/** JSON.stringify gives `{}` for an Error; its stack, which begins with the message, and its cause are what a log is for. */
function plainErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { error: value.stack ?? String(value), ...(value.cause === undefined ? {} : { cause: value.cause }) };
}
