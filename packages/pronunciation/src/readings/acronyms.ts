import { end, letterNames, type Reading, reading } from './reading.js';

/** Acronyms that are said as words. */
const spoken =
  ' NASA NATO UNESCO UNICEF OPEC AIDS PIN RAM ROM JPEG GIF SIM SWAT FEMA ASCII CAPTCHA COVID RADAR LASER ' +
  'SCUBA SONAR OK NAFTA BASIC GUI LAN WASM YOLO NIMBY TED ISIS SARS VAT ZIP NORAD ';
/** Words that are often written in capital letters for their weight. */
const stressed = ' NO NOT YES AND OR THE IS ALL YOU MUST NEVER STOP GO ON OFF UP ANY BUT NOW WARNING ';

/** Capital letters: "FBI" is spelled, "NASA" is a word, "DVDs" are several. */
export const acronyms = (): readonly Reading[] => [
  reading(`(\\p{Lu}{2,5})(s|['’]s)?${end}`, ([, letters = '', ending], { isShouted }) => {
    if (isShouted || stressed.includes(` ${letters} `)) return undefined;
    if (spoken.includes(` ${letters} `)) return letters.toLowerCase() + (ending === undefined ? '' : "'s");
    const names = letterNames(letters);
    return ending === undefined ? names : names?.replace(/\.$/, "'s");
  }),
];
