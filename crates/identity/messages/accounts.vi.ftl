# Đề nghị cấp tài khoản, quầy, khóa và đóng tài khoản.
idn0050 = Không có loại tài khoản này cho người ở độ tuổi đó, hoặc cha mẹ, người giám hộ phải đăng nhập rồi đề nghị thay.
idn0051 = Có thông tin chưa đúng trong đề nghị: { $field }. Anh/Chị kiểm tra rồi gửi lại.
idn0052 = Không có đề nghị này tại quầy. Hãy tìm theo mã đề nghị hoặc số định danh.
idn0053 = Đề nghị này đã có người giải quyết rồi.
idn0054 = Cơ sở dữ liệu quốc gia về dân cư không có người mang đúng số, họ tên và ngày sinh này. Hãy so lại với thẻ.
idn0055 = Ảnh không phải của người mà cơ sở dữ liệu ghi nhận. Hãy hỏi lại, nếu vẫn không khớp thì từ chối.
idn0056 = Mã kích hoạt không dùng được: sai, đã dùng hoặc quá bảy ngày. Anh/Chị xin mã mới tại quầy.
idn0057 = Tình trạng của tài khoản không cho phép làm việc này. Hãy xem lại tài khoản.
idn0058 = Chưa cấp được tài khoản cho người nước ngoài và tổ chức: chưa kết nối cơ sở dữ liệu của họ.
idn0059 = Hãy ghi lý do, tối đa 500 ký tự.
idn0060 = Đã có đề nghị cho số này đang chờ. Anh/Chị mang mã đề nghị đến quầy.
