/** Pictures as they go with a prompt: small enough to send, as data URLs. */

export const PICTURES_MAX = 4;
const SIDE_PX_MAX = 1568;
const PLAIN_BYTES_MAX = 1_500_000;
const QUALITY = 0.86;
const TAKEN = /^image\/(png|jpeg|webp|gif)$/;

/** Reads one; a large one is made smaller first. Throws an `Error` in words. */
export async function pictureOf(file: File): Promise<string> {
  if (!TAKEN.test(file.type)) throw new Error(`${file.name} is no PNG, JPEG, WebP or GIF.`);
  if (file.size <= PLAIN_BYTES_MAX) return dataURL(file);
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) throw new Error(`${file.name} cannot be read as a picture.`);
  const scale = Math.min(1, SIDE_PX_MAX / Math.max(bitmap.width, bitmap.height));
  const sheet = Object.assign(document.createElement("canvas"), { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
  sheet.getContext("2d")?.drawImage(bitmap, 0, 0, sheet.width, sheet.height);
  bitmap.close();
  return sheet.toDataURL("image/jpeg", QUALITY);
}

function dataURL(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
  });
}
