import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType('ValidationPoint', {
  description:
    'The confusion matrix of the validation labels at a threshold, from which precision, recall and a point of the ROC curve follow.',
  simpleResolvers: true,
})
export class ValidationPointType {
  @Field(() => Float, { description: 'The threshold, 0 to 1.' })
  threshold!: number;

  @Field(() => Int, { description: 'POSITIVE labels whose score is the threshold or more.' })
  truePositives!: number;

  @Field(() => Int, { description: 'NEGATIVE labels whose score is the threshold or more.' })
  falsePositives!: number;

  @Field(() => Int, { description: 'NEGATIVE labels whose score is less than the threshold.' })
  trueNegatives!: number;

  @Field(() => Int, { description: 'POSITIVE labels whose score is less than the threshold.' })
  falseNegatives!: number;
}
