/**
 * Functions that a query of the SQL port may call: what reads values and makes values of them.
 *
 * Not here is what reads files (`file`, `catboostEvaluate`), other tables by name (`dictGet`, `joinGet`, `hasColumnInTable`) or the
 * network (`ai…`); what tells of the machine or its settings (`getSetting`, `getMacro`, `FQDN`, `filesystemAvailable`, `buildId`);
 * what waits (`sleep`), or takes the square of long values within one call, which no limit of time ends (`editDistance`,
 * `jaroSimilarity`, `arraySimilarity`; `kolmogorovSmirnovTest`, where it is exact; `extractTextFromHTML`, of comments that do not end;
 * `normalizeUTF8…` and `removeDiacriticsUTF8`, of many accents in a row; for some others see searches.ts); what calls a function that is
 * named by text (`arrayReduce`, `initializeAggregation`), since that name would pass this list; and what writes in a format that is named
 * by text (`formatRow`, `groupFormat`), since some read schemas and templates from files. A function of a newer ClickHouse is refused
 * until it is written here.
 */

const OPERATORS = `
  abs and assumeNotNull avg2 bitAnd bitCount bitHammingDistance bitNot bitOr bitRotateLeft bitRotateRight bitShiftLeft
  bitShiftRight bitSlice bitTest bitTestAll bitTestAny bitXor byteSwap caseWithoutExpr caseWithoutExpression clamp
  coalesce divide divideDecimal divideOrNull equals firstNonDefault gcd globalIn globalNotIn globalNotNullIn
  globalNullIn greater greaterOrEquals greatest if ifNotFinite ifNull in intDiv intDivOrNull intDivOrZero
  isDistinctFrom isFinite isInfinite isNaN isNotDistinctFrom isNotNull isNull isNullable isZeroOrNull lcm least less
  lessOrEquals max2 midpoint min2 minus mod modOrNull modulo moduloLegacy moduloOrNull moduloOrZero multiIf multiply
  multiplyDecimal negate not notEquals notIn notNullIn nullIf nullIn or plus pmod pmodOrNull positive_modulo
  positive_modulo_or_null positiveModulo positiveModuloOrNull sqr toNullable xor`

const NUMBERS = `
  acos acosh asin asinh atan atan2 atanh cbrt ceil ceiling cos cosh degrees e erf erfc exp exp10 exp2 factorial floor
  hypot intExp10 intExp2 isPrime lgamma ln log log10 log1p log2 pi pow power radians rand rand32 rand64 randBernoulli
  randBinomial randCanonical randChiSquared randConstant randExponential randFisherF randLogNormal
  randNegativeBinomial randNormal randomFixedString randomPrintableASCII randomString randomStringUTF8 randPoisson
  randStudentT randUniform round roundAge roundBankers roundDown roundDuration roundToExp2 sigmoid sign sin sinh sqrt
  tan tanh tgamma trunc truncate width_bucket widthBucket`

const TIMES = `
  addDate addInterval addTupleOfIntervals age changeDay changeHour changeMinute changeMonth changeSecond changeYear
  curdate current_date current_timestamp date_bin date_diff DATE_FORMAT DATE_TRUNC dateDiff dateName dateTrunc DAY
  DAYOFMONTH DAYOFWEEK DAYOFYEAR formatDateTime formatDateTimeInJodaSyntax FROM_DAYS FROM_UNIXTIME from_utc_timestamp
  fromDaysSinceYearZero fromDaysSinceYearZero32 fromModifiedJulianDay fromModifiedJulianDayOrNull fromUnixTimestamp
  fromUnixTimestampInJodaSyntax fromUTCTimestamp HOUR LAST_DAY localtime localtimestamp makeDate makeDate32
  makeDateTime makeDateTime64 MICROSECOND MILLISECOND MINUTE MONTH monthName NANOSECOND now now64 nowInBlock
  nowInBlock64 QUARTER SECOND serverTimeZone subDate subtractInterval subtractTupleOfIntervals time_bucket timeDiff
  timeSlot timeSlots timestamp timestamp_diff timestampDiff timeZone timeZoneOf timeZoneOffset TO_DAYS
  to_utc_timestamp today toDayOfMonth toDayOfWeek toDayOfYear toDaysInMonth toDaysSinceYearZero toHour toISOWeek
  toISOYear toLastDayOfMonth toLastDayOfWeek toMicrosecond toMillisecond toMinute toModifiedJulianDay
  toModifiedJulianDayOrNull toMonday toMonth toMonthNumSinceEpoch toNanosecond toQuarter toRelativeDayNum
  toRelativeHourNum toRelativeMinuteNum toRelativeMonthNum toRelativeQuarterNum toRelativeSecondNum toRelativeWeekNum
  toRelativeYearNum toSecond toStartOfDay toStartOfFifteenMinutes toStartOfFiveMinute toStartOfFiveMinutes
  toStartOfHour toStartOfInterval toStartOfISOYear toStartOfMicrosecond toStartOfMillisecond toStartOfMinute
  toStartOfMonth toStartOfNanosecond toStartOfQuarter toStartOfSecond toStartOfTenMinutes toStartOfWeek toStartOfYear
  toTimeWithFixedDate toTimeZone toUnixTimestamp toUTCTimestamp toWeek toYear toYearNumSinceEpoch toYearWeek toYYYYMM
  toYYYYMMDD toYYYYMMDDhhmmss UTC_timestamp UTCTimestamp week YEAR yearweek yesterday YYYYMMDDhhmmssToDateTime
  YYYYMMDDhhmmssToDateTime64 YYYYMMDDToDate YYYYMMDDToDate32`

const TEXT = `
  alphaTokens appendTrailingCharIfAbsent array_to_string arrayStringConcat ascii base32Decode base32Encode
  base58Decode base58Encode base64Decode base64Encode base64URLDecode base64URLEncode basename bin bitmaskToArray
  bitmaskToList bitPositionsToArray byteHammingDistance byteSlice caseFoldUTF8 char CHAR_LENGTH CHARACTER_LENGTH
  compareSubstrings concat concat_ws concatAssumeInjective concatWithSeparator concatWithSeparatorAssumeInjective conv
  countMatches countMatchesCaseInsensitive countSubstrings countSubstringsCaseInsensitive
  countSubstringsCaseInsensitiveUTF8 CRC32 CRC32IEEE CRC64 decodeHTMLComponent
  decodeXMLComponent encodeXMLComponent endsWith endsWithCaseInsensitive
  endsWithCaseInsensitiveUTF8 endsWithUTF8 extract extractAll extractAllGroups extractAllGroupsHorizontal
  extractAllGroupsVertical extractGroups firstLine format FROM_BASE64 hasAllToken hasAllTokens
  hasAnyToken hasAnyTokens hasPhrase hasSubsequence hasSubsequenceCaseInsensitive hasSubsequenceCaseInsensitiveUTF8
  hasSubsequenceUTF8 hasToken hasTokenCaseInsensitive hasTokenCaseInsensitiveOrNull hasTokenOrNull hex ilike initcap
  initcapUTF8 instr isASCII isValidASCII isValidUTF8 lcase left leftPad
  leftPadUTF8 leftUTF8 lengthUTF8 like locate lower lowerUTF8 lpad ltrim
  match matchPhrase mid mismatches multiFuzzyMatchAllIndices multiFuzzyMatchAny multiFuzzyMatchAnyIndex
  multiMatchAllIndices multiMatchAny multiMatchAnyIndex NATURAL_SORT_KEY naturalSortKey ngrams notILike notLike
  overlay overlayUTF8
  position positionCaseInsensitive positionCaseInsensitiveUTF8 positionUTF8 printf REGEXP_EXTRACT regexp_instr
  REGEXP_MATCHES REGEXP_REPLACE REGEXP_SUBSTR regexpExtract regexpInstr regexpPosition regexpQuoteMeta
  repeat replace replaceAll replaceOne replaceRegexpAll replaceRegexpOne
  reverseBySeparator reverseUTF8 right rightPad rightPadUTF8 rightUTF8 rpad rtrim soundex space splitByAlpha
  splitByChar splitByNonAlpha splitByRegexp splitByString splitByWhitespace startsWith startsWithCaseInsensitive
  startsWithCaseInsensitiveUTF8 startsWithUTF8 stringBytesEntropy stringBytesUniq stringJaccardIndex
  stringJaccardIndexUTF8 substr substring SUBSTRING_INDEX substringIndex substringIndexUTF8 substringUTF8 TO_BASE64
  tokens tokensForLikePattern toValidUTF8 translate translateUTF8 trim trimBoth trimLeft trimRight tryBase32Decode
  tryBase58Decode tryBase64Decode tryBase64URLDecode ucase unbin unhex upper upperUTF8`

const COLLECTIONS = `
  array array_remove arrayAll arrayAUC arrayAUCPR arrayAutocorrelation arrayAvg arrayBottomK arrayCompact arrayConcat
  arrayCount arrayCumSum arrayCumSumNonNegative arrayDifference arrayDistinct arrayDotProduct arrayElement
  arrayElementOrNull arrayEnumerate arrayEnumerateDense arrayEnumerateDenseRanked arrayEnumerateUniq
  arrayEnumerateUniqRanked arrayExcept arrayExists arrayFill arrayFilter arrayFirst arrayFirstIndex arrayFirstOrNull
  arrayFlatten arrayFold arrayIntersect arrayJaccardIndex arrayJoin arrayLast arrayLastIndex arrayLastOrNull
  arrayMap arrayMax arrayMin arrayPartialReverseSort
  arrayPartialShuffle arrayPartialSort arrayPopBack arrayPopFront arrayPRAUC arrayProduct arrayPushBack arrayPushFront
  arrayRandomSample arrayRemove arrayResize arrayReverse arrayReverseFill arrayReverseSort arrayReverseSplit
  arrayROCAUC arrayRotateLeft arrayRotateRight arrayShiftLeft arrayShiftRight arrayShingles arrayShuffle
  arraySlice arraySort arraySplit arraySum arraySymmetricDifference arrayTopK arrayTranspose
  arrayUnion arrayUniq arrayWithConstant arrayZip arrayZipUnaligned CARDINALITY cosineDistance countEqual
  distanceCosine distanceL1 distanceL2 distanceL2Squared distanceLinf distanceLp dotProduct empty extractKeyValuePairs
  extractKeyValuePairsWithEscaping flatten flattenTuple has hasAll hasAny hasSubstr indexOf indexOfAssumeSorted
  L1Distance L1Norm L1Normalize L2Distance L2Norm L2Normalize L2SquaredDistance L2SquaredNorm length LinfDistance
  LinfNorm LinfNormalize LpDistance LpNorm LpNormalize map MAP_FROM_ARRAYS mapAdd mapAll mapApply mapConcat
  mapContains mapContainsKey mapContainsKeyLike mapContainsValue mapContainsValueLike mapExists mapExtractKeyLike
  mapExtractValueLike mapFilter mapFromArrays mapFromString mapKeys mapPartialReverseSort mapPartialSort
  mapReverseSort mapSort mapSubtract mapUpdate mapValues normalizeL1 normalizeL2 normalizeLinf normalizeLp normL1
  normL2 normL2Squared normLinf normLp notEmpty OCTET_LENGTH range replicate reverse scalarProduct str_to_map tuple
  tupleConcat tupleDivide tupleDivideByNumber tupleElement tupleHammingDistance tupleIntDiv tupleIntDivByNumber
  tupleIntDivOrZero tupleIntDivOrZeroByNumber tupleMinus tupleModulo tupleModuloByNumber tupleMultiply
  tupleMultiplyByNumber tupleNames tupleNegate tuplePlus tuplePositiveModuloByNumber tupleToNameValuePairs unnest
  vectorDifference vectorSum`

const TYPES = `
  CAST DATE dateTime64ToSnowflakeID dateTimeToSnowflakeID dateTimeToUUIDv7 dynamicElement dynamicType
  fromUnixTimestamp64Micro fromUnixTimestamp64Milli fromUnixTimestamp64Nano
  fromUnixTimestamp64Second generateUUIDv4 generateUUIDv7 isDynamicElementInSharedData isValidJSON JSON_ARRAY_LENGTH
  JSON_EXISTS JSON_QUERY JSON_VALUE JSONAllPaths JSONAllPathsWithTypes JSONAllValues JSONArrayLength JSONDynamicPaths
  JSONDynamicPathsWithTypes JSONKey JSONLength jsonMergePatch JSONSharedDataPaths JSONSharedDataPathsWithTypes
  JSONType snowflakeIDToDateTime snowflakeIDToDateTime64 str_to_date TO_UNIXTIME toBool toDecimalString toFixedString
  toInterval toJSONString toLowCardinality toString toStringCutToZero toUnixTimestamp64Micro toUnixTimestamp64Milli
  toUnixTimestamp64Nano toUnixTimestamp64Second UUIDNumToString UUIDStringToNum UUIDToNum UUIDv7ToDateTime`

const BITMAPS = `
  bitmapAnd bitmapAndCardinality bitmapAndnot bitmapAndnotCardinality bitmapBuild bitmapCardinality bitmapContains
  bitmapHasAll bitmapHasAny bitmapMax bitmapMin bitmapOr bitmapOrCardinality bitmapSubsetInRange bitmapSubsetLimit
  bitmapToArray bitmapTransform bitmapXor bitmapXorCardinality subBitmap`

const HASHES = `
  cityHash64 farmFingerprint64 farmHash64 halfMD5 intHash32 intHash64 javaHash jumpConsistentHash keccak256 MD4 MD5
  murmurHash2_32 murmurHash2_64 murmurHash3_128 murmurHash3_32 murmurHash3_64 RIPEMD160 SHA1 SHA224 SHA256 SHA384
  SHA512 SHA512_256 sipHash128 sipHash128Keyed sipHash128Reference sipHash128ReferenceKeyed sipHash64 sipHash64Keyed
  URLHash wyHash64 xxh3 xxh3_128 xxHash32 xxHash64 xxHash64Spark`

const URLS = `
  cutFragment cutQueryString cutQueryStringAndFragment cutToFirstSignificantSubdomain
  cutToFirstSignificantSubdomainRFC cutToFirstSignificantSubdomainWithWWW cutToFirstSignificantSubdomainWithWWWRFC
  cutURLParameter cutWWW decodeURLComponent decodeURLFormComponent domain domainRFC domainWithoutWWW
  domainWithoutWWWRFC encodeURLComponent encodeURLFormComponent extractURLParameter extractURLParameterNames
  extractURLParameters firstSignificantSubdomain firstSignificantSubdomainRFC fragment netloc path pathFull port
  portRFC protocol queryString queryStringAndFragment topLevelDomain topLevelDomainRFC URLHierarchy URLPathHierarchy`

const AGGREGATES = `
  any any_respect_nulls any_value any_value_respect_nulls anyHeavy anyLast anyLast_respect_nulls anyLastRespectNulls
  anyRespectNulls anyValueRespectNulls approx_top_count approx_top_k approx_top_sum argAndMax argAndMin argMax argMin
  array_agg array_concat_agg avg avgWeighted BIT_AND BIT_OR BIT_XOR boundingRatio contingency corr corrMatrix
  corrStable count COVAR_POP COVAR_SAMP covarPop covarPopMatrix covarPopStable covarSamp covarSampMatrix
  covarSampStable cramersV cramersVBiasCorrected cume_dist deltaSum deltaSumTimestamp dense_rank denseRank
  distinctDynamicTypes distinctJSONPaths distinctJSONPathsAndTypes entropy exponentialMovingAverage
  exponentialTimeDecayedAvg exponentialTimeDecayedCount exponentialTimeDecayedMax exponentialTimeDecayedSum
  first_value first_value_respect_nulls firstValueRespectNulls group_concat groupArray groupArrayInsertAt
  groupArrayIntersect groupArrayLast groupArrayMovingAvg groupArrayMovingSum groupArraySample groupArraySorted
  groupBitAnd groupBitmap groupBitmapAnd groupBitmapOr groupBitmapXor groupBitOr groupBitXor groupConcat
  groupUniqArray histogram intervalLengthSum kurtPop kurtSamp lag lagInFrame
  largestTriangleThreeBuckets last_value last_value_respect_nulls lastValueRespectNulls lead leadInFrame lttb
  mannWhitneyUTest max max_by maxIntersections maxIntersectionsPosition maxMappedArrays meanZTest min min_by
  minMappedArrays nonNegativeDerivative nth_value ntile percent_rank percentRank rank rankCorr retention row_number
  sequenceCount sequenceMatch sequenceMatchEvents sequenceNextNode simpleLinearRegression singleValueOrNull skewPop
  skewSamp sparkBar STD STDDEV STDDEV_POP STDDEV_SAMP stddevPop stddevPopStable stddevSamp stddevSampStable string_agg
  studentTTest studentTTestOneSample sum sumCount sumKahan sumMapFiltered sumMapFilteredWithOverflow sumMappedArrays
  sumMapWithOverflow sumWithOverflow theilsU topK topKWeighted uniq uniqCombined uniqCombined64 uniqExact uniqHLL12
  uniqUpTo VAR_POP VAR_SAMP varPop varPopStable varSamp varSampStable welchTTest windowFunnel`

/** What clients ask when they connect, what stands in a query plan of its own, and what changes how rows are shown. */
const OTHERS = `
  _CAST lambda exists grouping identity materialize ignore throwIf transform bar toTypeName toColumnTypeName byteSize
  formatReadableSize FORMAT_BYTES formatReadableDecimalSize formatReadableQuantity formatReadableTimeDelta parseReadableSize
  parseTimeDelta isConstant getSubcolumn variantElement variantType finalizeAggregation runningAccumulate runningDifference
  neighbor rowNumberInBlock rowNumberInAllBlocks blockNumber blockSize lowCardinalityKeys lowCardinalityIndices
  defaultValueOfTypeName defaultValueOfArgumentType visibleWidth countDigits version revision displayName uptime
  currentDatabase current_database DATABASE SCHEMA currentSchemas current_schemas currentUser current_user user
  queryID query_id currentQueryID initialQueryID connectionId geoDistance greatCircleDistance greatCircleAngle pointInPolygon`

/** Of every width and with every way to fail. */
const FAMILIES = [
  /^tou?int(8|16|32|64|128|256)(or(null|zero|default))?$/,
  /^to(float(32|64)|bfloat16|decimal(32|64|128|256)|date(32)?|datetime(32|64)?|time(64)?|ipv[46]|uuid)(or(null|zero|default))?$/,
  /^(add|subtract|tointerval)(nanosecond|microsecond|millisecond|second|minute|hour|day|week|month|quarter|year)s?$/,
  /^parsedatetime(32|64)?(besteffort(us)?|injodasyntax)?(or(null|zero))?$/,
  /^reinterpretas(u?int(8|16|32|64|128|256)|float(32|64)|string|fixedstring|date|datetime|uuid)$/,
  /^accuratecast(ornull|ordefault)?$/,
  /^emptyarray(string|date|datetime|u?int(8|16|32|64)|float(32|64))$/,
  /^(simplejson|visitparam|json)(has|extract(arrayraw|bool|float|int|uint|keys|keysandvalues|keysandvaluesraw|raw|string)?(caseinsensitive)?)$/,
  /^multisearch(allpositions|any|firstindex|firstposition)(caseinsensitive)?(utf8)?$/,
  /^ngram(distance|search)(caseinsensitive)?(utf8)?$/,
]

const AGGREGATE_FAMILIES = [
  /^(quantiles?|median)(bfloat16|dd|deterministic|exact|exactexclusive|exacthigh|exactinclusive|exactlow|gk|interpolated|tdigest|timing)?(weighted)?(interpolated)?$/,
]

/** What makes an aggregate of another one. Those that end like another one stand before it. */
const COMBINATORS = [
  ...['If', 'Array', 'Map', 'SimpleState', 'State', 'Merge', 'Distinct', 'OrNull', 'OrDefault', 'ForEach', 'Resample'],
  ...['ArgMin', 'ArgMax', 'Tuple', 'Null'],
]

/** ClickHouse has no aggregate of a longer name, whatever it is made of. */
const MAX_NAME_LENGTH = 1_000

const wordsOf = (...lists: string[]): string[] => lists.flatMap((list) => list.toLowerCase().trim().split(/\s+/))
const FUNCTIONS = new Set(wordsOf(OPERATORS, NUMBERS, TIMES, TEXT, COLLECTIONS, TYPES, BITMAPS, HASHES, URLS, OTHERS))
const AGGREGATE_FUNCTIONS = new Set(wordsOf(AGGREGATES))

/** Names of ClickHouse's that differ by their case alone do the same, so case does not count here. */
export function isAllowedFunction(name: string): boolean {
  if (name.length > MAX_NAME_LENGTH) return false
  const lower = name.toLowerCase()
  return FUNCTIONS.has(lower) || FAMILIES.some((family) => family.test(lower)) || isAllowedAggregate(name)
}

function isAllowedAggregate(name: string): boolean {
  // The last one is taken off first: sumMapMerge is a Merge of sumMap, which is a Map of sum.
  for (let base = name; ; ) {
    const lower = base.toLowerCase()
    if (AGGREGATE_FUNCTIONS.has(lower) || AGGREGATE_FAMILIES.some((family) => family.test(lower))) return true
    const combinator = COMBINATORS.find((ending) => base.endsWith(ending))
    if (combinator === undefined) return false
    base = base.slice(0, -combinator.length)
  }
}
