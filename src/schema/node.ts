import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType('Node', {
  description: 'What can be asked for by its id alone, whatever its type: see the query `node`.',
})
export abstract class NodeType {
  @Field(() => ID, {
    simple: true,
    description: 'Unique among the ids of all types. Opaque: to be handed back, not to be read.',
  })
  readonly id!: string;
}
