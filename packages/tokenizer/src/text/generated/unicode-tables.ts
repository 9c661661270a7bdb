// Written by scripts/unicode-tables.mjs: do not edit. Runs of code points; code-point-set.ts reads them.
// Derived from the Unicode Character Database (Unicode License v3) and from the answers of the reference.
/** Code points that Unicode 14 does not assign. */
export const newerRuns: string =
  'nP,0.1+++>+dY+P,^*,-+^/2E.05b>+^4,_+8^3,[,9+F,++5/I+,0aN+2,,,@+1++-.,3,,,.2+.,+/,C,-+0.,,@+1+,+,+,,++/.,,--+1.++1;4-+3+-+@+1+,+/,4+-+-,+9.,611+-+2,,,@+1+,+/,3,,,-1-.,+/,<4,+0--+.-,+++,-,---6./--+.,+0+8?/7+-+A+:,3+-+.1,+-,+,.,41@+-+A+4+/,3+-+.1,0,+.,4+,77+-+^++-+0.:,D+-+<-B+3++,1-+.0+++204,-6^2.GO,+++/+B+++A,/+++0,4,.J^@+N.Q+N+9+7O`Z++/+,dE+.,1+++.,S+.,K+.,1+++.,9+^1+.,^;,J-D0^N,0,j=-^Q1@3B3>67+-+,6^V,4040D0^Q1U/^>4I+6.6.+-T,/5V.D05-^6,^9+G,50408,I[^E-Y+_:2^4-9-^41U,52U/gL,0,P,0,2+++++++I,^-+9+8,0+=,-+3+_++6,E+7-K9K9_R.j7C5?^_6,J+c[/W++/+,^01,8B31+1+1+1+1+1+1+1+_DLD+^Q6a8D6.^8+^N,_-/U+^V+^L6Y+ndU-^/3cZ>`L2a-/,+++/B^3-40^02^>260_:5H-^F+5.K+^/38,4,_-BF40,0,031+1+^4._D,40cp@6A.[.bc8,_0P16//D+/+++,+,+_C:eW,^.1^C0^++=+../+_M,++`R-0,0,0,--1+14=+D+=+,+9,8L_A/-.W-^P+7-+YX_HG-[9F.N3H/U/H+O.8T`2,40N.N.R2^,56+9+1+,+5+9+1+,^;c53@42B0+T+3^=0,++V+,-+,A+^@23Z=+,/K-E/+^8^0.>,^*+,/2+-+G,-.4131^8JQ.63^.-G,E/D1.61^H^A^/^+7^+1X24bVI+T+-,,^FR2T@DPF>A3^F.N3^<4+,C140^-+<2Q3^X+>5<+V^91+++.+9+50^3/40.+2,,,@+1+,+/+4,,,-,+0+/1,1-/_Q^T+/H^@24`:^.,PL^=5407=^204^.E,9.A`M^4_*^K62,+,2+,+H+,,634^>2,X,5E^@2^K7^Ab73+W+84G-J,@+8^A1+,+V-++,+32400+,+O+,+014c4C`K+9^*7oA_,_5+/5`X^oN^[7r?+3_iQhKb_Kh=1I+4.^I+40H,04^>44+1+?/=jP^S_+^C.^11;^8/5,8`qN2uPT3beM.+1+,+bSW-;.2dX^i2_1/7-314,2_w*X,A3_:^4aX4Q,`V?^>`.>6^O3C_M^M+^?+,,+,,,.+6+++1+^9+.,2+1+F+.+/++-1+cR,bT,k,9/+9s.IaC1+;,1+,+/a7W-8,4.,c>I;^2/+uZ1+.+,+9+`Y,:S^D.4.,lM^<^D^5`V.+E+,++,++4+.++++0+.++++++-+,++,++++++++++,++,.+1+.+.+++4+;/-+/+;^,,b>V._*69,9+9+O4`B^0G7V.31,80`.pL/:-7-_:6^Q16.+96.^0240R2H,,^FcR68,/-/-13G-5/04402213_Y+^/O4qFva@J_l-1a@,`j68ajA^y-gT{._{S^^rW,^aoL,^aoL,^aoL,^aoL,^aoL,^aoL,^aoL,^aoL,^aoL,^aoL,++H^X_FaR^aeP';
/** Code points of Unicode 14 whose properties have changed since. */
export const changedRuns: string = 'j5+';
/**
 * The newer and changed code points that patterns know (Unicode 16). The third number of a run is the index of the
 * equivalent with the same properties.
 */
export const equivalentRuns: string =
  'j5+*{O++s9+,fB+-^z[,.Y+.b9+/*+0^aZ-1^wD.1fL,13+1nv?,2*+*6+2*+**+2kaM^,3^`<44*.3*+5*+3*@6-+7*.8*+9*+5*@:2,;c0-<^/+7*-8mI,3*+7c<43++3,+3+P3++3*-=*07++=,+=+.=+,=*+8*+>*+8*+3*+8*+3*,?+,?2,8k[>4r,4?`JK3*+?844lB,7*+3*+=*73+L3*,=*/7-,=*+7*+>*+8*7?*44*+8`aJ+@31A*+8*0@*984_hW@aiGH3*67*-=*,7*+8*44^xF-5*R3*,5*-?*44av=+3bl:+BL+Ca]DaRD*4E0eNDqN>F^z-0Gb5^6HK+7rPE3*+5*.8*44a8H3*,8*+3*44.+?_o:+I`+-D./D^Q+Da:4D.,DeM-I9-I/+IG-I5/I0+I1,I4-I,+I2,I7,Ia4ODycW+Jd|Vi@Jbp2_lTJ';
/** Older characters with the properties of newer ones. */
export const equivalents: readonly number[] = [
  592, 1552, 3202, 3770, 7002, 1024, 1072, 4053, 7680, 65536, 66720, 92992, 66560, 66422, 66045, 69293, 66600, 120513,
  126464, 69632, 70080, 66463, 77824, 78896, 110593, 110592, 65847, 120782, 65799, 122624, 67456, 126980, 131072,
];
/** Older code points that the normal forms leave unchanged (they are of Unicode 9). */
export const exemptRuns: string =
  '^cW+`.2T4bZ+hA+b.,dI+^eP+oO:m1/`bH+nqP-^/+mF+jzC/+T+3xM.dO,`-5[.aL+k8+bR+pN,aW+1+.,.+`0+^K+<+^I+jH++,^I+ijH,n^R1dC+^5._c2+^pS4';
/** Punctuation of Unicode 14 that is not punctuation in the reference (Unicode 8). */
export const notPunctuationRuns: string =
  '|9+pS+_>+g6+6+_eJ,_y.7,6~wA+`;/V.u;/4,++g87^D+dM+b8-`/+^T2^K-+/e8/T,iW,b6+_jI,fkN.cE+of[,';
/** Marks of Unicode 14 that StripAccents keeps. */
export const notMarkRuns: string =
  '^cW+`.2T4bZ+b+0^M+`B+^/+`W+^2,^<+c6+^eP+a[+jO:h,+b./qxE+a4+l_N.dO,`-5[.aL+,,^E+_H,_H+.,d7+bR+pA9aW0+,,.+++,_S1,1-+F4R1+.2+35X:j70-++,+1++^:/+,+/cY.i`<+Y3^T+5,kgLX,A_tM1dC+^5.';
/** Nonspacing marks of Unicode 14 that BertNormalizer keeps. */
export const notAccentRuns: string =
  '^cW+`.2TBbL+b+0^M+`B+^/+`W+^2,^<+c6+^jP+_;,h<:m10qxD+`,+^1+`Q+k}X.dO,`-5[.aL+,,^E+b6+/+_4+b,+b,2,-++A+pD3+,b0,++.+_V.,,.+J4R0,.2+30,-X7+,e01+0++^J@,1+,+,_@0-++,+1++^@,-+++cY,i`>+_Z+kgYX,A_nI1+;,1+,+/b51dC+^5.}>1';
/**
 * Upper case letters that are newer than Unicode 14. The third number of a run is the distance to the lower case letter
 * plus 0x10000.
 */
export const lowerCaseRuns: string = 'ag/+^aoOq}[+jrU*+^aoO++^aoO-+^aoO++^aoO/+^aoO++jnClf?@^ap<krRC^ap7';
