// The schema's types as documents are built: nobody changes a document once it is made.

/** `T` with everything in it readonly. */
export type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;
