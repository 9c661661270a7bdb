/** The pair whose direction orders the occupations. */
export const genders = ['he', 'she'] as const;

/** Occupations that have no gender in their meaning. */
export const occupations: readonly string[] = (
  'nurse engineer teacher soldier doctor carpenter librarian boss dancer plumber physicist mathematician poet ' +
  'hairdresser receptionist pilot surgeon lawyer judge cook midwife captain programmer scientist philosopher nanny ' +
  'housekeeper banker farmer singer secretary'
).split(' ');

/** The number of nearest words that are the company of a word. */
export const companySize = 100;
