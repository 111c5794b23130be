/** The text of a GraphQL operation that is asked with `Variables` and answers with `Data`. */
export type Operation<Data, Variables> = string & { readonly __types?: (variables: Variables) => Data };
