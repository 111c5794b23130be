import { rows, type Db } from '../db.js';
import type { ModelLabel } from '../entities/index.js';

/** The labels that a model learnt from or was judged by, by the hash of their image: 64 hex digits. */
export async function modelLabels(
  db: Db,
  modelId: number,
): Promise<({ sha256: string } & Pick<ModelLabel, 'value' | 'part' | 'heldOutLogit' | 'heldOutScore'>)[]> {
  return rows(
    db,
    `select encode(i.sha256, 'hex') as sha256, l.value, l.part, l.held_out_logit as "heldOutLogit",
            l.held_out_score as "heldOutScore"
       from winnow.model_labels l join winnow.images i on i.id = l.image_id
      where l.model_id = $1 order by i.sha256`,
    [modelId],
  );
}
