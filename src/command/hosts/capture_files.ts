/** A capture's folder over the `Files` port: names as captured, `.gz` unpacked on the way. */
import { type CaptureFolder } from "../../host/mod.ts";
import { type Files } from "../language/files.ts";

export function captureFolder(files: Files, path: string): CaptureFolder {
  const plain = (name: string) => files.read(`${path}/${name}`).unwrapOr(undefined);
  return {
    name: path.replace(/\/+$/, "").split("/").at(-1) ?? path,
    read(name) {
      const packed = plain(`${name}.gz`);
      return packed ? files.gunzip(name, packed).unwrapOr(undefined) : plain(name);
    },
    list: (subfolder) => files.list(`${path}/${subfolder}`).unwrapOr([]).map((name) => name.replace(/\.gz$/, "")),
  };
}
