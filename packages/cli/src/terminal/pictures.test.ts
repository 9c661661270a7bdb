import { expect, test, vi } from 'vitest';
import { bars } from './bars.js';
import { type HeatMap, heatMap } from './heat-map.js';
import { colorOf, type PictureLine, printPicture, shadeOf, styledLine } from './picture.js';
import { type Screen, screenOf } from './screen.js';
import { fitted, textWidth } from './text-width.js';

const plain = (width: number): Screen => ({ width, colors: 'none', isTerminal: false });
const textOf = (lines: readonly PictureLine[]) => lines.map(line => styledLine(line, plain(80)));
const map = (values: readonly (readonly number[])[], columns: readonly string[]): HeatMap => ({
  rows: values.map((_, row) => `layer ${row}`),
  columns,
  values,
  scale: 'diverging',
  limit: 1,
});

test('a heat map that fits has numbers, block characters for their size, and no minus zero', () => {
  const picture = heatMap(
    map(
      [
        [0, 0.24, 0.5],
        [-0.001, -0.76, 1.3],
      ],
      ['the', 'a long token', 'x'],
    ),
    plain(40),
  );
  expect(textOf(picture)).toEqual([
    '            the a long…       x',
    'layer 0    0.00  ░ 0.24  ▒ 0.50',
    'layer 1    0.00  ▓-0.76  █ 1.30',
    '',
    '░ 0.25  ▒ 0.50  ▓ 0.75  █ 1.00; a minus sign after it: negative',
  ]);
});

test('a heat map that does not fit has narrow cells, labels written downwards, and several panels', () => {
  const columns = ['a', 'bc', '数', 'defghijklmnopq', 'e\n'];
  const picture = textOf(heatMap(map([[0.1, 0.3, -0.3, 0.6, 1]], columns), plain(14)));
  expect(picture.slice(0, -2)).toEqual([
    '          b',
    '        a c 数',
    'layer 0   ░░░-',
    '',
    '        d',
    '        e',
    '        f',
    '        g',
    '        h',
    '        i',
    '        j',
    '        k',
    '        l',
    '        m e',
    '        n \\',
    '        … n',
    'layer 0 ▒▒██',
  ]);
});

test('bars begin at a common zero and fit the screen', () => {
  const values = [
    { label: 'embedding', value: 1 },
    { label: 'mlp', value: -0.5 },
    { label: 'bias', value: 0.25 },
  ];
  expect(textOf(bars(values, plain(38)))).toEqual([
    'embedding     1.0000      ██████████▋',
    'mlp          -0.5000 █████',
    'bias          0.2500      ██▋',
  ]);
  for (const width of [30, 57, 100])
    for (const line of textOf(bars(values, plain(width)))) expect(textWidth(line)).toBeLessThanOrEqual(width);
});

test('a colour is a background of 24 bits or the nearest of 256, with black or white text', () => {
  const line: PictureLine = [{ text: 'x\u001b', background: [253, 231, 37] }, { text: '|' }];
  expect(styledLine(line, { colors: '24-bit' })).toBe('\u001b[48;2;253;231;37m\u001b[38;2;0;0;0mx\\u001b\u001b[0m|');
  expect(styledLine(line, { colors: '256' })).toBe('\u001b[48;5;227m\u001b[38;5;16mx\\u001b\u001b[0m|');
  expect(styledLine(line, { colors: 'none' })).toBe('x\\u001b|');
  expect(styledLine([{ text: 'x', background: [68, 1, 84] }], { colors: '24-bit' })).toContain('38;2;255;255;255m');
});

test('scales end at their colours and cut what is beyond', () => {
  expect([-2, -1, 0, 1, 2].map(share => colorOf(share, 'diverging'))).toEqual([
    [33, 102, 172],
    [33, 102, 172],
    [247, 247, 247],
    [178, 24, 43],
    [178, 24, 43],
  ]);
  expect([0, 0.5, 1].map(share => colorOf(share, 'sequential'))).toEqual([
    [68, 1, 84],
    [33, 145, 140],
    [253, 231, 37],
  ]);
  expect([0.12, 0.13, -0.5, 0.87, 0.88, -3].map(shadeOf).join('')).toBe(' ░▒▓██');
});

test('texts fit columns of a terminal: wide characters count twice, combining ones not at all', () => {
  expect(['abc', '数学', 'née', 'e\u0301', '🙂'].map(textWidth)).toEqual([3, 4, 3, 1, 2]);
  expect(['abcdef', '数学学', 'a', '\u001b'].map(text => fitted(text, 4))).toEqual(['abc…', '数… ', 'a   ', '\\u0…']);
  expect(fitted('ab', 4, 'right')).toBe('  ab');
});

test('colours need a terminal that has them, and NO_COLOR turns them off', () => {
  const stream = (isTTY: boolean) => {
    const getColorDepth = (env: NodeJS.ProcessEnv) => (env.COLORTERM ? 24 : env.TERM === 'xterm' ? 4 : 8);
    return { isTTY, columns: 132, getColorDepth } as unknown as NodeJS.WriteStream;
  };
  const colors = (env: NodeJS.ProcessEnv, isTTY = true) => screenOf(stream(isTTY), env).colors;
  expect(colors({ COLORTERM: 'truecolor' })).toBe('24-bit');
  expect(colors({ TERM: 'xterm-256color' })).toBe('256');
  expect(colors({ TERM: 'xterm' })).toBe('none');
  expect(colors({ COLORTERM: 'truecolor', NO_COLOR: '1' })).toBe('none');
  expect(colors({ COLORTERM: 'truecolor', NO_COLOR: '' })).toBe('24-bit');
  expect(colors({ COLORTERM: 'truecolor' }, false)).toBe('none');
  expect(screenOf(stream(true), {}).width).toBe(132);
  expect(screenOf(stream(false), {}).width).toBe(80);
  expect(screenOf(stream(false), { COLUMNS: '100' }).width).toBe(100);
});

test('a picture is written line by line', () => {
  const output: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation(text => output.push(String(text)) > 0);
  printPicture([[{ text: 'a' }, { text: 'b  ' }], []], plain(80));
  vi.restoreAllMocks();
  expect(output).toEqual(['ab\n', '\n']);
});
