export function apps(): {
  name: string;
  folder: string;
  pages: string;
  title: string;
  topic: string;
  description: string;
  path: string;
  order: number;
  stops: { topic: string; description: string; hash: string; order: number; picture: string }[];
  data: string[];
  ready: string;
  card: string;
}[];
export function lessons(): {
  topic: string;
  description: string;
  path?: string;
  order: number;
  address: string;
  picture: string;
}[];
export function dataFolders(): Map<string, string>;
