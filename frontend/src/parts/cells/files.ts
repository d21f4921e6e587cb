/** Files on their way to the store, and where they lie. */
import { api, path } from "../../lib/api";
import type { Stored } from "../../lib/shapes";

export const FILE_BYTES_MAX = 100 * 1024 * 1024;

export class NotAPicture extends Error {}

export async function uploaded(file: File, picture = false): Promise<Stored> {
  if (picture && !file.type.startsWith("image/")) throw new NotAPicture(`${file.name} is not a picture`);
  const form = new FormData();
  form.append("file", file, file.name);
  return api.post<Stored>("/api/files", form);
}

export const fileAddress = (file: { id: string }): string => path`/api/files/${file.id}`;
export const thumbnailAddress = (file: { id: string }, size = 160): string => `${path`/api/files/${file.id}`}/thumbnail?size=${size}`;
