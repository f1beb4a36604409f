// Data in which any misplacement shows: each 512-byte piece begins with its own number and goes on
// with a pseudo-random sequence that starts from seed and number, so no two pieces are alike.

const pieceBytes = 512;
const pieceWords = pieceBytes / 4;

/** bytes must be a multiple of 512. The first words of a piece: its number, then the seed. */
export function pattern(bytes: number, seed: number): Buffer {
  const words = new Uint32Array(bytes / 4);
  for (let piece = 0; piece < bytes / pieceBytes; piece++) {
    fillPiece(words.subarray(piece * pieceWords, (piece + 1) * pieceWords), piece, seed);
  }
  return Buffer.from(words.buffer);
}

// xorshift32 (Marsaglia 2003); its state must not be zero.
function fillPiece(words: Uint32Array, piece: number, seed: number): void {
  let state = (Math.imul(piece, 0x9e3779b1) ^ seed) >>> 0 || 1;
  words[0] = piece;
  words[1] = seed;
  for (let word = 2; word < words.length; word++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[word] = state;
  }
}
