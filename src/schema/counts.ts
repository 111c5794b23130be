import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType('Counts', {
  description: 'How many images of a collection lie on either side of a threshold of one of its models.',
  simpleResolvers: true,
})
export class CountsType {
  @Field(() => Float, { description: 'The threshold that these were counted at.' })
  threshold!: number;

  @Field(() => Int, { description: 'Images whose score is the threshold or more, whatever their label.' })
  above!: number;

  @Field(() => Int, { description: 'Images whose score is less than the threshold, whatever their label.' })
  below!: number;

  @Field(() => Int, { description: 'Images whose verdict is OK: the label decides where there is one.' })
  ok!: number;

  @Field(() => Int, { description: 'Images whose verdict is NG: the label decides where there is one.' })
  ng!: number;

  @Field(() => Int, { description: 'Images with a label.' })
  labelled!: number;

  @Field(() => Int, { description: 'Images that this model has not scored.' })
  unscored!: number;
}
