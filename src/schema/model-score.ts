import { Ctx, Field, Float, ObjectType } from 'type-graphql';

import type { ModelScoreRow } from '../catalog/image-history.js';
import type { Verdict } from '../entities/index.js';
import type { Context } from './context.js';
import { VerdictEnum } from './enums.js';
import { ModelType } from './model.js';

@ObjectType('ModelScore', { description: 'What one model says of one image.' })
export class ModelScoreType {
  constructor(private readonly row: ModelScoreRow) {}

  @Field(() => ModelType, { description: 'The model.' })
  async model(@Ctx() { loaders }: Context): Promise<ModelType> {
    return new ModelType((await loaders.model.load(this.row.modelId))!);
  }

  @Field(() => Float, { description: 'The calibrated probability of POSITIVE, 0 to 1.' })
  get score(): number {
    return this.row.score;
  }

  @Field(() => Float, { description: 'The raw output of the head, before calibration: see `Calibration`.' })
  get logit(): number {
    return this.row.logit;
  }

  @Field(() => VerdictEnum, {
    description: 'By the label if there is one, else by the score at the threshold of that model in force.',
  })
  get verdict(): Verdict {
    return this.row.verdict;
  }
}
