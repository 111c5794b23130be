/** Codes for what can be wrong with one image. They are stored in `winnow.failures.code`. */
export const FAILURE_CODES = [
  'EMPTY_FILE',
  'TRUNCATED',
  'NOT_AN_IMAGE',
  'UNSUPPORTED_FORMAT',
  'ZERO_PIXELS',
  'TOO_MANY_PIXELS',
  'TOO_MANY_BYTES',
  'CORRUPT',
  'UNREADABLE',
  'VANISHED',
  'CHANGED',
  'NOT_A_FILE',
  'NAME_NOT_UTF8',
  'LABEL_CONFLICT',
  'LABEL_UNMATCHED',
  'LABEL_INVALID',
  'NO_SOURCE',
  'WRITE_FAILED',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** Codes for what can be wrong with a request or a run. They are `extensions.code` in GraphQL. */
export const REQUEST_CODES = [
  'BAD_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'PATH_NOT_ALLOWED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'TOO_FEW_LABELS',
  'ONE_CLASS_ONLY',
  'LOSS_NOT_FINITE',
  'FINGERPRINT_MISMATCH',
  'PRECISION_LOST',
  'MODEL_DAMAGED',
  'WEIGHTS_MISSING',
  'NO_MODEL',
  'GOAL_UNREACHABLE',
  'EXPORT_DIRECTORY_TAKEN',
  'CANCELLED',
  'DATABASE_UNAVAILABLE',
  'DISK_FULL',
  'QUERY_TOO_LARGE',
  'TOO_MANY_CONNECTIONS',
  'TIMEOUT',
  'CONFIGURATION',
  'INTERNAL',
] as const;
export type RequestCode = (typeof REQUEST_CODES)[number];

export type ErrorCode = FailureCode | RequestCode;

/**
 * The one error this program throws on purpose. `message` says what was expected, what came instead and what to do;
 * it is shown to users as it stands, so it never holds a stack or SQL. Anything else thrown is a bug or the world's fault.
 */
export class WinnowError extends Error {
  override readonly name = 'WinnowError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** True for an error that concerns one image only: a run records it and goes on. */
export function isFailure(error: unknown): error is WinnowError & { code: FailureCode } {
  return error instanceof WinnowError && (FAILURE_CODES as readonly string[]).includes(error.code);
}

/** The system's error code (`ENOENT`, `EACCES`, ...) of something thrown by Node, if it has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
