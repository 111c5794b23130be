import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType('Epoch', {
  description: 'One pass over the training labels, and how good the model was after it.',
  simpleResolvers: true,
})
export class EpochType {
  @Field(() => Int, { description: 'Its number, from 1.' })
  epoch!: number;

  @Field(() => Float, { description: 'Mean binary cross-entropy on the training labels, in nats.' })
  loss!: number;

  @Field(() => Float, { description: 'Mean binary cross-entropy on the validation labels, in nats.' })
  validationLoss!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Area under the ROC curve on the validation labels, 0 to 1; null when they are all of one class.',
  })
  validationAuc!: number | null;

  @Field(() => Float, {
    description: 'The share of the validation labels that a threshold of 0.5 gets right, before calibration, 0 to 1.',
  })
  validationAccuracy!: number;

  @Field(() => Float, { description: 'How long it took, in seconds.' })
  seconds!: number;
}
