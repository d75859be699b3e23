/** The indices of the set bits of a bitmap, least bit first, counting up. */
export function* setBits(bitmap: Uint8Array): Generator<number> {
  for (let index = 0; index < bitmap.length; index += 1) {
    const byte = bitmap[index] ?? 0;
    for (let bit = 0; byte >> bit !== 0; bit += 1) {
      if ((byte >> bit) & 1) yield index * 8 + bit;
    }
  }
}
