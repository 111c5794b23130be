export { attachScores } from './attach-scores.js';
export { copyScores } from './copy-scores.js';
export { createScoreTable, discardScoreTable, dropScores, scorePartition } from './score-table.js';
export { imagesWithoutScore } from './spans.js';
