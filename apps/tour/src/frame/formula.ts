/** A part of a formula: a text, or an element of MathML. */
export type Formula = string | FormulaElement;

/** An element of MathML with its parts. */
export interface FormulaElement {
  readonly name: string;
  readonly parts: readonly Formula[];
}

/** A row of parts: each letter is a variable, each number a number, and everything else an operator. */
export const row = (...parts: readonly Formula[]): Formula => ({ name: 'mrow', parts });
/** A base with an index. */
export const sub = (base: Formula, index: Formula): Formula => ({ name: 'msub', parts: [base, index] });
/** A base with an exponent. */
export const sup = (base: Formula, exponent: Formula): Formula => ({ name: 'msup', parts: [base, exponent] });
/** A fraction. */
export const fraction = (above: Formula, below: Formula): Formula => ({ name: 'mfrac', parts: [above, below] });
/** A square root. */
export const root = (of: Formula): Formula => ({ name: 'msqrt', parts: [of] });
/** An operator with something below it, such as the index of a sum. */
export const under = (base: Formula, below: Formula): Formula => ({ name: 'munder', parts: [base, below] });
/** Words inside a formula. */
export const words = (text: string): Formula => ({ name: 'mtext', parts: [text] });

const mathElement = (name: string) => document.createElementNS('http://www.w3.org/1998/Math/MathML', name);

function elementOf(part: Formula): MathMLElement {
  if (typeof part !== 'string') {
    const element = mathElement(part.name);
    if (part.name === 'mtext') element.textContent = part.parts.join('');
    else element.append(...part.parts.map(elementOf));
    return element;
  }
  const atom = mathElement(/^\p{L}/u.test(part) ? 'mi' : /^\d/.test(part) ? 'mn' : 'mo');
  atom.textContent = part;
  return atom;
}

/** A formula as a MathML element in display style. */
export function formulaElement(formula: Formula): MathMLElement {
  const math = mathElement('math');
  math.setAttribute('display', 'block');
  math.append(elementOf(formula));
  return math;
}
