import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType('Metrics', {
  description:
    'How good a model was when it was trained, on validation labels: each was held out from the head that judged it. With folds, every label is; the model itself then learnt from all of them. Null where a class was missing.',
  simpleResolvers: true,
})
export class MetricsType {
  @Field(() => Float, { nullable: true, description: 'Binary cross-entropy on the training labels, in nats.' })
  loss!: number | null;

  @Field(() => Float, { nullable: true, description: 'Binary cross-entropy on the validation labels, in nats.' })
  validationLoss!: number | null;

  @Field(() => Float, { nullable: true, description: 'Area under the ROC curve on the validation labels.' })
  validationAuc!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the validation labels that a threshold of 0.5 gets right.',
  })
  validationAccuracy!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Of the validation images that score 0.5 or more, the share that is POSITIVE.',
  })
  validationPrecision!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Of the POSITIVE validation images, the share that scores 0.5 or more.',
  })
  validationRecall!: number | null;

  @Field(() => Int, { nullable: true, description: 'POSITIVE labels it trained on.' })
  trainingPositives!: number | null;

  @Field(() => Int, { nullable: true, description: 'NEGATIVE labels it trained on.' })
  trainingNegatives!: number | null;

  @Field(() => Int, { nullable: true, description: 'POSITIVE labels held out.' })
  validationPositives!: number | null;

  @Field(() => Int, { nullable: true, description: 'NEGATIVE labels held out.' })
  validationNegatives!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Mean squared difference of score and label, 0 to 1, classes weighed to the balance that the calibration assumes. The calibration of each fifth of the labels was fitted on the others.',
  })
  brier!: number | null;

  @Field(() => Float, { nullable: true, description: 'The same by the sigmoid of the logit.' })
  uncalibratedBrier!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Expected calibration error, 0 to 1: how far scores are from the share of positives in ten bins, weighed and fitted like `brier`.',
  })
  calibrationError!: number | null;

  @Field(() => Float, { nullable: true, description: 'The same by the sigmoid of the logit.' })
  uncalibratedCalibrationError!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'With a backbone in INT8: the AUC that a head on its FP32 features has on the same validation labels.',
  })
  fp32ValidationAuc!: number | null;

  @Field(() => Float, { nullable: true, description: 'How much less `validationAuc` is than that.' })
  aucLost!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The share of validation labels that both heads score on the same side of 0.5.',
  })
  scoreAgreement!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'With augmentation: the AUC on the same validation labels of a head that learnt from the same labels without it.',
  })
  unaugmentedValidationAuc!: number | null;

  @Field(() => Float, { nullable: true, description: 'How much more `validationAuc` is than that.' })
  aucGained!: number | null;

  @Field(() => Float, { nullable: true, description: 'The mean difference of their scores, before calibration.' })
  meanScoreDifference!: number | null;
}
