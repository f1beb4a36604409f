// What the other end of a socket did that the protocol does not allow, or that it did not do in time. Nothing more is
// believed of such a peer: the connection is over.

export class PeerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PeerError";
  }
}
