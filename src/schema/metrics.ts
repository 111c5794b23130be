import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType('Metrics', {
  description:
    'How good a model was when it was trained, on validation labels: labels held out from the head that judged them. With folds every label is held out once, while the model itself learns from all of them. What was not measured is null.',
  simpleResolvers: true,
})
export class MetricsType {
  @Field(() => Float, {
    nullable: true,
    description: 'Mean binary cross-entropy on the training labels, in nats.',
  })
  loss!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean binary cross-entropy on the validation labels, in nats.',
  })
  validationLoss!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Area under the ROC curve on the validation labels, 0 to 1; null when they are all of one class.',
  })
  validationAuc!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The share of the validation labels that a threshold of 0.5 gets right, before calibration, 0 to 1.',
  })
  validationAccuracy!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Of the validation labels that score 0.5 or more before calibration, the share that is POSITIVE, 0 to 1; null when there is none.',
  })
  validationPrecision!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Of the POSITIVE validation labels, the share that scores 0.5 or more before calibration, 0 to 1; null when there is none.',
  })
  validationRecall!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'POSITIVE labels that the model learnt from.',
  })
  trainingPositives!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'NEGATIVE labels that the model learnt from.',
  })
  trainingNegatives!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'POSITIVE labels that were held out.',
  })
  validationPositives!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'NEGATIVE labels that were held out.',
  })
  validationNegatives!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Brier score: mean squared difference of score and label, 0 (best) to 1. Each class is weighted to the prior that the calibration assumes; the calibration of each fifth of the labels was fitted on the others.',
  })
  brier!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Brier score without calibration: that of the sigmoid of the logit, weighted like `brier`.',
  })
  uncalibratedBrier!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Expected calibration error, 0 (best) to 1: the mean distance of the scores from the share of POSITIVE, in ten bins, weighted and fitted like `brier`.',
  })
  calibrationError!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Expected calibration error without calibration: that of the sigmoid of the logit, weighted like `brier`.',
  })
  uncalibratedCalibrationError!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Of a model in INT8: the AUC on the same validation labels of a head trained alike on features in FP32, 0 to 1.',
  })
  fp32ValidationAuc!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Of a model in INT8: `fp32ValidationAuc` less `validationAuc`; negative when INT8 is better.',
  })
  aucLost!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Of a model in INT8: the share of the validation labels that it and the head on FP32 score on the same side of 0.5, 0 to 1.',
  })
  scoreAgreement!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Of a model trained with augmentation: the AUC on the same validation labels of a head trained alike without it, 0 to 1.',
  })
  unaugmentedValidationAuc!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Of a model trained with augmentation: `validationAuc` less `unaugmentedValidationAuc`; negative when it did harm.',
  })
  aucGained!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Of a model in INT8: the mean absolute difference of its scores from those of the head on FP32, before calibration, 0 to 1.',
  })
  meanScoreDifference!: number | null;
}
