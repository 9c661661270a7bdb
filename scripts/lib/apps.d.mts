export function apps(): {
  name: string;
  folder: string;
  pages: string;
  title: string;
  topic: string;
  description: string;
  path: string;
  order: number;
  stops: { topic: string; hash: string; order: number }[];
  data: string[];
  card: string;
}[];
export function lessons(): { topic: string; path?: string; order: number; address: string }[];
export function dataFolders(): Map<string, string>;
