// A command that the server answers with an error: the client goes on.

export class Refusal extends Error {
  readonly errno: number;

  /** @param why for whoever looks at the server; the client gets the number only */
  constructor(errno: number, why: string) {
    super(why);
    this.name = "Refusal";
    this.errno = errno;
  }
}
