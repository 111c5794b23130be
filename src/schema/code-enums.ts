import { FAILURE_CODES, REQUEST_CODES } from '../errors.js';
import { describe } from './enums.js';

const valuesOf = <T extends string>(names: readonly T[]) =>
  Object.fromEntries(names.map((name) => [name, name])) as { readonly [K in T]: K };

export const FailureCodeEnum = valuesOf(FAILURE_CODES);
describe(FailureCodeEnum, 'FailureCode', 'What can be wrong with one image or file. Later versions may add to these.', {
  EMPTY_FILE: 'The file has no bytes.',
  TRUNCATED: 'The file ends before the picture does.',
  NOT_AN_IMAGE: 'The file holds something else than a picture.',
  UNSUPPORTED_FORMAT: 'A picture in a format that is not read; convert it first.',
  ZERO_PIXELS: 'The picture has no width or no height.',
  TOO_MANY_PIXELS: 'The picture has more pixels than WINNOW_MAX_PIXELS permits.',
  TOO_MANY_BYTES: 'The file has more bytes than WINNOW_MAX_BYTES permits.',
  CORRUPT: 'The picture cannot be decoded.',
  UNREADABLE: 'The file cannot be read: permissions, the disk, or a link out of the folders that may be read.',
  VANISHED: 'The file is not there any more.',
  CHANGED: 'The file is another one than was ingested; ingest it again.',
  NOT_A_FILE: 'A folder, a pipe, a socket, a device, or a link that leads to one.',
  NAME_NOT_UTF8: 'The name of the file is not UTF-8.',
  LABEL_CONFLICT: 'The same image is given both labels in one run.',
  LABEL_UNMATCHED: 'A row of the labels file names no image of the collection.',
  LABEL_INVALID: 'A row of the labels file cannot be understood.',
  NO_SOURCE: 'The image can be read from none of its sources.',
  WRITE_FAILED: 'The file cannot be written to the export.',
});

export const ErrorCodeEnum = valuesOf(REQUEST_CODES);
describe(
  ErrorCodeEnum,
  'ErrorCode',
  'Why a run or a request failed. Errors of a response carry it in `extensions.code`, where those of the GraphQL engine are found as well: GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, OPERATION_RESOLUTION_FAILURE, BAD_REQUEST, PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED. Later versions may add to these.',
  {
    BAD_INPUT: 'An argument or option is not what it must be; the message names it.',
    NOT_FOUND: 'What an argument names is not there.',
    CONFLICT: 'It contradicts what is there now, such as a count that was expected, or a run that is not over.',
    PATH_NOT_ALLOWED: 'A path outside of the folders that the server may use (WINNOW_ROOTS).',
    UNAUTHENTICATED: 'The token is missing or wrong.',
    FORBIDDEN: 'The token may only read.',
    TOO_FEW_LABELS: 'There are too few labels to train and to validate.',
    ONE_CLASS_ONLY: 'All labels are of one kind; training needs both.',
    LOSS_NOT_FINITE: 'The training diverged; lower the learning rate.',
    FINGERPRINT_MISMATCH: 'Features or a model of another network or preprocessing, which must not be mixed.',
    PRECISION_LOST: 'In INT8 more of the AUC would be lost than maxAucLoss permits.',
    MODEL_DAMAGED: 'The files of the model are missing or not what they were.',
    WEIGHTS_MISSING: 'The weights of the backbone are not there and cannot be downloaded; the message says what to do.',
    NO_MODEL: 'The collection has no model yet.',
    GOAL_UNREACHABLE: 'No threshold meets the goal; the message says what can be reached.',
    EXPORT_DIRECTORY_TAKEN: 'The directory holds something else than an export of this collection.',
    CANCELLED: 'It was cancelled on request.',
    DATABASE_UNAVAILABLE: 'The database does not answer; the same may succeed in a moment.',
    DISK_FULL: 'No room is left where a run writes. What it did is kept; make room and request it again.',
    QUERY_TOO_LARGE: 'The operation is larger or costs more than is permitted; ask for less at a time.',
    TOO_MANY_CONNECTIONS: 'Too many WebSockets are open.',
    TIMEOUT: 'It took too long and was stopped; ask for less at a time.',
    CONFIGURATION: 'A setting of the server is wrong.',
    INTERNAL: 'A fault of the server; its log tells more under the id in the message and in `extensions.id`.',
  },
);
