import type { MatrixNeed, Role } from '@residual/layers';
import { byteSizeOf, hasScales, isPackedForm, type MatrixForm, ResidualError } from '@residual/tensor';

/**
 * A form of weights: float32, one of the packed forms, or `as stored`: the form of the file, `f16` for F16 and `f32`
 * for F32.
 */
export type WeightForm = MatrixForm | 'as stored';

/** A form for all matrices, or the form of each by its path in the tree and its role. */
export type WeightForms = WeightForm | ((path: string, role: Role) => WeightForm);

/**
 * The form of each matrix. Position tables stay float32, and so does what int8 and int4 would not make smaller: tables
 * of a few columns, such as the relative positions of T5. Errors, naming the caller, for a value that is no form.
 */
export function formChooser(caller: string, weights: WeightForms): (path: string, need: MatrixNeed) => WeightForm {
  const expectForm = (form: unknown, where: string): WeightForm => {
    if (form === 'f32' || form === 'as stored' || isPackedForm(form)) return form;
    const message = `weights${where} is ${JSON.stringify(form)}; f32, f16, bf16, int8, int4 or as stored would fit`;
    throw new ResidualError('option', `${caller}: ${message}`);
  };
  const choose = typeof weights === 'function' ? weights : () => weights;
  if (typeof weights !== 'function') expectForm(weights, '');
  return (path, { role, shape }) => {
    if (role === 'position') return 'f32';
    const form = expectForm(choose(path, role), ` of ${path}`);
    const isLarger = form !== 'as stored' && hasGroups(form) && byteSizeOf(form, shape) >= byteSizeOf('f32', shape);
    return isLarger ? 'f32' : form;
  };
}

function hasGroups(form: MatrixForm): form is 'int8' | 'int4' {
  return form !== 'f32' && hasScales(form);
}
