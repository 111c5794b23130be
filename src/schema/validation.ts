import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType('ValidationPoint', {
  description:
    'What a threshold makes of the validation labels: the four counts of which precision, recall and a point of the ROC curve are shares.',
  simpleResolvers: true,
})
export class ValidationPointType {
  @Field(() => Float, { description: '0 to 1.' })
  threshold!: number;

  @Field(() => Int, { description: 'POSITIVE labels whose score reaches the threshold.' })
  truePositives!: number;

  @Field(() => Int, { description: 'NEGATIVE labels whose score reaches the threshold.' })
  falsePositives!: number;

  @Field(() => Int, { description: 'NEGATIVE labels whose score does not.' })
  trueNegatives!: number;

  @Field(() => Int, { description: 'POSITIVE labels whose score does not.' })
  falseNegatives!: number;
}
