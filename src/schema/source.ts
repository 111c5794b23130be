import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';

@ObjectType('Source', {
  description: 'A place where an image is found. The same bytes at two places are one image with two sources.',
  simpleResolvers: true,
})
export class SourceType {
  @Field(() => String, { description: 'An absolute path or a URL.' })
  uri!: string;

  @Field(() => GraphQLSafeInt, { description: 'Size of the file there, in bytes.' })
  bytes!: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the file was last changed, as its file system says; null where that is not known.',
  })
  modifiedAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it was first found there.' })
  foundAt!: Date;
}
