/* The best row of a page for each token of a question, over int8 rows.
 *
 * packing.py says how rows and tokens become bytes and proves that every dot product fits 16 bits.
 * So all sums here wrap at 16 bits: what wraps in between comes back.
 *
 * Rows come in groups of 32. A group begins with the 32 values that its sums start from; after them
 * stand, for each pair of dimensions, the 32 rows' two bytes side by side. A lane of a register is a
 * row: nothing is added across lanes, and one maximum across them a page and token is enough. A
 * token is a row of 32-bit words, each the token's two bytes of a pair, twice, because on x86 only
 * broadcasts of 32 bits and more cost no more than a load.
 *
 * It needs AVX2. The same loops in plain C were slower than NumPy, so there are none for others.
 */
#define Py_LIMITED_API 0x030B0000 /* the buffer protocol is in it since 3.11 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2")))
#endif

enum { LANES = 32, PAIR_BYTES = 2 * LANES, TILE = 4, ALIGNMENT = 64 };

/* So many bytes of rows stay in the first cache while all tokens pass over them, and the rows that
 * come so many bytes later are fetched meanwhile. */
enum { BLOCK_BYTES = 16384 };

typedef int16_t Lanes[LANES];

/* Groups of one page, and the question's tokens, of which there is a multiple of TILE. */
typedef struct {
    const uint8_t *groups;
    Py_ssize_t n_groups, n_pairs;
    const uint32_t *question;
    Py_ssize_t n_tokens;
    Lanes *best; /* the maxima so far, a row of lanes for each token */
} Job;

static Py_ssize_t group_bytes(Py_ssize_t n_pairs) { return PAIR_BYTES * (n_pairs + 1); }

#ifdef AVX2
/* Sums and rows have names, not indices: the compiler keeps an array of sums in memory. */
AVX2 static void tile_avx2(const uint8_t *group, const uint32_t *token, Py_ssize_t n_pairs,
                           Lanes *lanes)
{
    const uint32_t *t0 = token, *t1 = t0 + n_pairs, *t2 = t1 + n_pairs, *t3 = t2 + n_pairs;
    const __m256i *at = (const __m256i *)group;
    __m256i low = _mm256_loadu_si256(at), high = _mm256_loadu_si256(at + 1), pair;
    __m256i low0 = low, low1 = low, low2 = low, low3 = low;
    __m256i high0 = high, high1 = high, high2 = high, high3 = high;
#define ADD(sum, rows) sum = _mm256_add_epi16(sum, _mm256_maddubs_epi16(pair, rows))
    for (Py_ssize_t p = 0; p < n_pairs; p++) {
        const __m256i *row = at + 2 * (p + 1);
        _mm_prefetch((const char *)row + BLOCK_BYTES, _MM_HINT_T0);
        low = _mm256_loadu_si256(row), high = _mm256_loadu_si256(row + 1);
        pair = _mm256_set1_epi32((int)t0[p]), ADD(low0, low), ADD(high0, high);
        pair = _mm256_set1_epi32((int)t1[p]), ADD(low1, low), ADD(high1, high);
        pair = _mm256_set1_epi32((int)t2[p]), ADD(low2, low), ADD(high2, high);
        pair = _mm256_set1_epi32((int)t3[p]), ADD(low3, low), ADD(high3, high);
    }
#undef ADD
    __m256i *best = (__m256i *)lanes;
    best[0] = _mm256_max_epi16(best[0], low0), best[1] = _mm256_max_epi16(best[1], high0);
    best[2] = _mm256_max_epi16(best[2], low1), best[3] = _mm256_max_epi16(best[3], high1);
    best[4] = _mm256_max_epi16(best[4], low2), best[5] = _mm256_max_epi16(best[5], high2);
    best[6] = _mm256_max_epi16(best[6], low3), best[7] = _mm256_max_epi16(best[7], high3);
}

AVX2 static void score_avx2(const Job *job)
{
    const Py_ssize_t bytes = group_bytes(job->n_pairs);
    const Py_ssize_t block = bytes < BLOCK_BYTES ? BLOCK_BYTES / bytes : 1;
    for (Py_ssize_t begin = 0; begin < job->n_groups; begin += block) {
        const Py_ssize_t left = job->n_groups - begin, n = left < block ? left : block;
        const uint8_t *first = job->groups + begin * bytes;
        for (Py_ssize_t t = 0; t < job->n_tokens; t += TILE)
            for (Py_ssize_t g = 0; g < n; g++)
                tile_avx2(first + g * bytes, job->question + t * job->n_pairs, job->n_pairs,
                          job->best + t);
    }
}

/* `n` times 12 multiply-adds of 32 bytes with nothing but registers: what the processor can do. */
AVX2 static void multiply_add(Py_ssize_t n)
{
#define STEP(sum, product) \
    "vpmaddubsw %%ymm12, %%ymm13, %%" product "\n\tvpaddw %%" product ", %%" sum ", %%" sum "\n\t"
    for (; n > 0; n--)
        __asm__ volatile(
            STEP("ymm0", "ymm14") STEP("ymm1", "ymm15") STEP("ymm2", "ymm14") STEP("ymm3", "ymm15")
            STEP("ymm4", "ymm14") STEP("ymm5", "ymm15") STEP("ymm6", "ymm14") STEP("ymm7", "ymm15")
            STEP("ymm8", "ymm14") STEP("ymm9", "ymm15") STEP("ymm10", "ymm14") STEP("ymm11", "ymm15")
            ::: "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                "xmm10", "xmm11", "xmm14", "xmm15");
#undef STEP
}

static int has_avx2(void) { return __builtin_cpu_supports("avx2") != 0; }
#else
static void score_avx2(const Job *job) { (void)job; }
static void multiply_add(Py_ssize_t n) { (void)n; }
static int has_avx2(void) { return 0; }
#endif

/* The arrays of one call. */
enum { QUESTION, GROUPS, OFFSETS, SELECTION, OUT, N_ARRAYS };

static const struct {
    const char *name, *formats;
    int ndim, flags;
} SHAPES[N_ARRAYS] = {
    [QUESTION] = {"question", "I", 2, PyBUF_CONTIG_RO | PyBUF_FORMAT},
    [GROUPS] = {"groups", "B", 2, PyBUF_CONTIG_RO | PyBUF_FORMAT},
    [OFFSETS] = {"offsets", "lq", 1, PyBUF_CONTIG_RO | PyBUF_FORMAT},
    [SELECTION] = {"selection", "lq", 1, PyBUF_CONTIG_RO | PyBUF_FORMAT},
    [OUT] = {"out", "h", 2, PyBUF_CONTIG | PyBUF_FORMAT},
};

/* Open all arrays, or none and set an exception. */
static int open_arrays(PyObject *const *objects, Py_buffer *arrays)
{
    for (int i = 0; i < N_ARRAYS; i++) {
        const char *why = NULL;
        if (PyObject_GetBuffer(objects[i], &arrays[i], SHAPES[i].flags) == 0) {
            const char *format = arrays[i].format;
            if (arrays[i].ndim == SHAPES[i].ndim && format && format[0] && !format[1] &&
                strchr(SHAPES[i].formats, format[0]))
                continue;
            why = "%s has the wrong type or number of dimensions";
            PyBuffer_Release(&arrays[i]);
        }
        if (why)
            PyErr_Format(PyExc_ValueError, why, SHAPES[i].name);
        while (i-- > 0)
            PyBuffer_Release(&arrays[i]);
        return -1;
    }
    return 0;
}

static const char *misfit(const Py_buffer *arrays)
{
    const Py_ssize_t n_tokens = arrays[QUESTION].shape[0], n_pairs = arrays[QUESTION].shape[1];
    if (n_tokens % TILE)
        return "the question must have a multiple of 4 tokens";
    if (arrays[GROUPS].shape[1] != group_bytes(n_pairs))
        return "the groups and the question have different dimensions";
    if (arrays[OUT].shape[0] != arrays[SELECTION].shape[0] || arrays[OUT].shape[1] != n_tokens)
        return "out must be (n_selected, n_tokens)";
    if (arrays[OFFSETS].shape[0] < 1)
        return "there must be one offset more than pages";
    return NULL;
}

/* The best row for each token of one page, -32768 where the page has no rows. */
static void reduce(const Lanes *best, Py_ssize_t n_tokens, int16_t *out)
{
    for (Py_ssize_t t = 0; t < n_tokens; t++) {
        int16_t found = INT16_MIN;
        for (int i = 0; i < LANES; i++)
            found = best[t][i] > found ? best[t][i] : found;
        out[t] = found;
    }
}

/* Indices are checked where they are read, once: nothing outside the groups is ever touched. */
static int score_selected(const Py_buffer *arrays, Lanes *best)
{
    const int64_t *offsets = arrays[OFFSETS].buf, *selection = arrays[SELECTION].buf;
    const Py_ssize_t n_pages = arrays[OFFSETS].shape[0] - 1, n_groups = arrays[GROUPS].shape[0];
    const Py_ssize_t n_tokens = arrays[QUESTION].shape[0], n_pairs = arrays[QUESTION].shape[1];
    for (Py_ssize_t i = 0; i < arrays[SELECTION].shape[0]; i++) {
        const int64_t page = selection[i];
        if (page < 0 || page >= n_pages)
            return -1;
        const int64_t begin = offsets[page], end = offsets[page + 1];
        if (begin < 0 || end < begin || end > n_groups)
            return -1;
        for (Py_ssize_t t = 0; t < n_tokens; t++)
            for (int lane = 0; lane < LANES; lane++)
                best[t][lane] = INT16_MIN;
        const uint8_t *groups = (const uint8_t *)arrays[GROUPS].buf + begin * group_bytes(n_pairs);
        score_avx2(&(Job){groups, end - begin, n_pairs, arrays[QUESTION].buf, n_tokens, best});
        reduce((const Lanes *)best, n_tokens, (int16_t *)arrays[OUT].buf + i * n_tokens);
    }
    return 0;
}

static PyObject *maxima(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *objects[N_ARRAYS];
    Py_buffer arrays[N_ARRAYS];
    if (!PyArg_ParseTuple(args, "OOOOO", &objects[QUESTION], &objects[GROUPS], &objects[OFFSETS],
                          &objects[SELECTION], &objects[OUT]))
        return NULL;
    if (!has_avx2())
        return PyErr_Format(PyExc_NotImplementedError, "this processor has no AVX2");
    if (open_arrays(objects, arrays) < 0)
        return NULL;
    const char *error = misfit(arrays);
    if (!error) {
        Lanes *best = aligned_alloc(ALIGNMENT, (arrays[QUESTION].shape[0] + 1) * sizeof *best);
        int outside = 0;
        Py_BEGIN_ALLOW_THREADS
        if (best)
            outside = score_selected(arrays, best);
        Py_END_ALLOW_THREADS
        error = !best ? "no memory for the maxima" : outside ? "a page lies outside the groups" : NULL;
        free(best);
    }
    for (int i = 0; i < N_ARRAYS; i++)
        PyBuffer_Release(&arrays[i]);
    if (error) {
        PyErr_SetString(PyExc_ValueError, error);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *works(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(args))
{
    return PyBool_FromLong(has_avx2());
}

static PyObject *multiply_adds(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_ssize_t n;
    if (!PyArg_ParseTuple(args, "n", &n))
        return NULL;
    if (!has_avx2())
        return PyErr_Format(PyExc_NotImplementedError, "this processor has no AVX2");
    Py_BEGIN_ALLOW_THREADS
    multiply_add(n);
    Py_END_ALLOW_THREADS
    return PyLong_FromSsize_t(n * 12 * 32);
}

static PyMethodDef METHODS[] = {
    {"maxima", maxima, METH_VARARGS, "Write each selected page's best row for each token."},
    {"works", works, METH_NOARGS, "Return whether this processor has what the kernel needs."},
    {"multiply_adds", multiply_adds, METH_VARARGS, "Multiply and add n times; return how many."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef MODULE = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "kernel",
    .m_doc = "int8 MaxSim in C.",
    .m_size = 0,
    .m_methods = METHODS,
};

PyMODINIT_FUNC PyInit_kernel(void) { return PyModuleDef_Init(&MODULE); }
