# Đề nghị cấp tài khoản, quầy, khóa và đóng tài khoản.
idn0050 = Không có loại tài khoản này cho người ở độ tuổi đó, hoặc cha mẹ, người giám hộ phải đăng nhập rồi đề nghị thay.
idn0051 = Có thông tin chưa đúng trong đề nghị: { $field }. Anh/Chị kiểm tra rồi gửi lại.
idn0052 = Không có đề nghị này tại quầy. Hãy tìm theo mã đề nghị hoặc số định danh.
idn0053 = Đề nghị này đã có người giải quyết rồi.
idn0054 = Cơ sở dữ liệu quốc gia về dân cư không có người mang đúng số, họ tên và ngày sinh này. Hãy so lại với thẻ.
idn0055 = Ảnh không phải của người mà cơ sở dữ liệu ghi nhận. Hãy hỏi lại, nếu vẫn không khớp thì từ chối.
idn0056 = Mã kích hoạt không dùng được: sai, đã dùng hoặc quá bảy ngày. Anh/Chị xin mã mới tại quầy.
idn0057 = Tình trạng của tài khoản không cho phép làm việc này. Hãy xem lại tài khoản.
idn0059 = Hãy ghi lý do, tối đa 500 ký tự.
idn0060 = Đã có đề nghị cho số này đang chờ. Anh/Chị mang mã đề nghị đến quầy.
# Mỗi mã lỗi về tài khoản một câu: giới hạn, danh sách mật khẩu, tin nhắn.
idn0085 = Hiện có nhiều lượt đăng nhập không thành công. Hãy đăng nhập kèm mã: mã của ứng dụng hoặc mã chúng tôi gửi đến điện thoại của bạn; bằng khóa truy cập; hoặc trên trình duyệt bạn đã dùng ở đây.
idn0086 = Có nhiều lượt đăng nhập không thành công từ mạng của bạn. Hãy thử lại sau { $seconds } giây, hoặc nhập thêm mã.
idn0087 = Mật khẩu này nằm trong danh sách mà kẻ tấn công thử đầu tiên. Hãy chọn mật khẩu khác; vài từ của riêng bạn là một mật khẩu tốt.
idn0088 = Không đọc được danh sách mật khẩu đã lộ.
idn0089 = Đây không phải là số điện thoại có thể nhận tin nhắn.
idn0090 = Việc tập huấn được ghi với tên khóa học và ngày không ở tương lai.
idn0091 = Số điện thoại trong hồ sơ không phải số người dân vừa đọc. Có thể người khác đã nộp hồ sơ này: hãy từ chối, và mời người dân nộp hồ sơ của mình.
idn0092 = Không có ai với số, họ tên và ngày sinh này đang có tài khoản mức độ 2. Hãy đối chiếu với thẻ của người ấy.
idn0093 = Tổ chức đã ủy quyền cho 50 người. Hãy kết thúc một người trước.
idn0094 = Chưa nhận ra Anh/Chị trong ảnh. Hãy chụp lại ở chỗ đủ sáng, nhìn thẳng vào máy.
idn0095 = Hãy chọn ít nhất một vai trò.
idn0096 = Cán bộ này đang giữ vai trò đó rồi.
