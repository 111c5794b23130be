import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('Backbone', {
  description: 'A pretrained network cut at named taps, together with its preprocessing: image in, features out.',
  simpleResolvers: true,
})
export class BackboneType {
  @Field(() => String, { description: 'Its name, such as mobilenet-v3.' })
  name!: string;

  @Field(() => String, {
    description: 'A hash of everything that changes pixels or features; features of two fingerprints are never mixed.',
  })
  fingerprint!: string;

  @Field(() => Int, { description: 'The side of the square it sees, in pixels.' })
  size!: number;

  @Field(() => Int, { description: 'How many numbers the features of one image are.' })
  dimensions!: number;
}
