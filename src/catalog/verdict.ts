/**
 * The one place that says what a verdict is, as an SQL expression of 'OK', 'NG' or null: the label if a human gave one,
 * else whether the score reaches the threshold; null without both. Pages, counts, flips and exports all use it.
 * @param columns SQL of the label's value, of the score and of the threshold, the last two of type `real`; label and score
 *   may be null
 */
export function verdictSql({ label, score, threshold }: { label: string; score: string; threshold: string }): string {
  return `case ${label} when 'POSITIVE' then 'OK' when 'NEGATIVE' then 'NG'
          else case when ${score} >= ${threshold} then 'OK' when ${score} < ${threshold} then 'NG' end end`;
}

/** SQL of the threshold in force of a model, a single `real`. */
export function thresholdInForceSql(modelId: string): string {
  return `(select value from ${thresholdRecordSql(modelId)} t)`;
}

/** SQL of the record of the threshold in force of a model: a row of its id and value. */
export function thresholdRecordSql(modelId: string): string {
  return `(select t.id, t.value from winnow.thresholds t where t.model_id = ${modelId} order by t.id desc limit 1)`;
}
